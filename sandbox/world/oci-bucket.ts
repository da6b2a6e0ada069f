/** What a bucket has beside its objects. Owned by sandbox/oci. */

/** A way to objects for whoever knows it. The address itself is told once; the world has its hash only. */
export interface PreauthenticatedRequest {
  readonly id: string;
  readonly name: string;
  readonly accessType: string;
  /** An object, or what names of objects begin with; null: all of the bucket. */
  readonly objectName: string | null;
  readonly bucketListingAction: string | null;
  readonly tokenSha256: string;
  readonly timeCreated: string;
  readonly timeExpires: string;
}

/** Kept and read back: nothing is moved or deleted by it. */
export interface LifecyclePolicy {
  readonly timeCreated: string;
  readonly etag: string;
  readonly items: readonly LifecycleRule[];
}

export interface LifecycleRule {
  readonly name: string;
  readonly action: string;
  readonly timeAmount: number;
  readonly timeUnit: string;
  readonly isEnabled: boolean;
  readonly target: string;
  readonly objectNameFilter: NameFilter | null;
}

export interface NameFilter {
  readonly inclusionPatterns: readonly string[];
  readonly exclusionPatterns: readonly string[];
  readonly inclusionPrefixes: readonly string[];
}
