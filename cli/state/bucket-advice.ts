/** What to do about what a bucket's service, or the tool before it asks one, refuses. */

/** Of services without conditional writes: 501 is Amazon's word for a header that a service does not know. */
const NO_CONDITION = /state lock[^]*?(?:StatusCode: 501|NotImplemented)/;

/** Of Terraform's and OpenTofu's backend `s3`, which says nothing of where keys come from. */
const NO_KEYS = /No valid credential sources? found/i;

/** @param said by the tool @returns null where there is nothing to be added */
export function bucketAdvice(said: string): string | null {
  if (NO_CONDITION.test(said))
    return 'this service cannot lock, as it has no conditional writes: keep states by state.backend "oci" (Terraform 1.12 or newer) or "local", and run `npx lab state migrate`';
  if (NO_KEYS.test(said))
    return "the bucket's keys are missing: make a Customer Secret Key (in Oracle's console, under your user) and set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to it, or AWS_PROFILE to a profile that has it";
  return null;
}
