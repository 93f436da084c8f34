/** RFC 7517 §5. */
export interface JsonWebKeySet {
  readonly keys: readonly Readonly<Record<string, string>>[]
}

export interface ForPublishingKeys {
  /** The public keys; from memory while the store is down. */
  jwks(): Promise<JsonWebKeySet>
}
