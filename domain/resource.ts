/** A protected resource that tokens can be for (RFC 8707). */
export interface Resource {
  /** Absolute URI without a fragment. */
  readonly uri: string
  readonly name: string
  /** The scopes that make sense there; empty means any. */
  readonly scopes: readonly string[]
}

/** Whether a scope makes sense there. */
export const takes = ({ scopes }: Resource, scope: string): boolean => scopes.length === 0 || scopes.includes(scope)

/** Why a URI may not name a resource (RFC 8707 §2), or undefined when it may. */
export function resourceUriProblem(uri: string): string | undefined {
  if (uri.length > 2000 || !/^[\x21-\x7e]+$/.test(uri) || !URL.canParse(uri)) return 'is not an absolute URI of printable ASCII'
  return uri.includes('#') ? 'has a fragment' : undefined
}
