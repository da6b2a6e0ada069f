# The root file system has grown to the whole disk.

root_of_disk() {
  local partition disk
  partition=$(findmnt -no SOURCE /)
  disk=/dev/$(lsblk -no PKNAME "$partition")
  # In percent of the disk; the EFI partition and the file system's own records take the rest.
  [ $((100 * $(df --output=size -B1 / | tail -n 1) / $(lsblk -bdno SIZE "$disk"))) -ge 95 ] || { lsblk && df / && false; }
}

check "the root file system has grown to the whole disk" root_of_disk
plan
