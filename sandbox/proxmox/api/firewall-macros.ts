/** Services that firewall rules name by a macro (pve-docs, Firewall Macro Definitions). */
import type { Data } from "./http.ts";

const NAMES =
  "Amanda Auth BGP BitTorrent BitTorrent32 CVS Ceph Citrix DAAP DCC DHCPfwd DHCPv6 DNS DRBD Distcc FTP Finger GNUnet GRE Git HKP HTTP " +
  "HTTPS ICPV2 ICQ IMAP IMAPS IPIP IPsec IPsecah IPsecnat IRC Jetdirect L2TP LDAP LDAPS MDNS MSNP MSSQL Mail MinIO Munin MySQL NNTP " +
  "NNTPS NTP NeighborDiscovery OSPF OpenVPN PBS PCA PMG POP3 POP3S PPtP Ping PostgreSQL Printer RDP RIP RNDC Razor Rdate Rsync SANE SMB " +
  "SMBswat SMTP SMTPS SNMP SPAMD SPICEproxy SSH SVN SixXS Squid Submission Syslog TFTP Telnet Telnets Time Trcrt VNC VNCL Web Webcache " +
  "Webmin Whois";

/** `GET cluster/firewall/macros` */
export const macros = (): Data => NAMES.split(" ").map((macro) => ({ macro, descr: `${macro} traffic` }));

/** `GET …/firewall/log`: nothing was ever dropped. */
export const log = (): Data => [{ n: 1, t: "no content" }];
