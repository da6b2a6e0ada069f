/** Lists that come in pages. */

interface Page<T> {
  readonly items: readonly T[];
  /** Where the next page starts. The SDK's types say that it is always there. @default - this page is the last */
  readonly opcNextPage?: string | undefined;
}

/** The items of all pages. `from` is for the query of a request, which the SDK does not encode (oci-common 2.142.1). */
export async function allPages<T>(get: (from: { page?: string }) => Promise<Page<T>>): Promise<readonly T[]> {
  const all: T[] = [];
  let page: string | undefined;
  do {
    const { items, opcNextPage } = await get(page ? { page: encodeURIComponent(page) } : {});
    all.push(...items);
    page = opcNextPage;
  } while (page);
  return all;
}
