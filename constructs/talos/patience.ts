/**
 * How long one machine may take to answer, in Terraform's notation. Emulated, it boots, pulls images and starts Kubernetes
 * several times slower than the providers' own 10 minutes expect; no emulated cluster has been timed on A1 yet, so an hour.
 */
export const PATIENCE = "60m";
