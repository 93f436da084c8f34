/** An access token that is worth nothing any more although its signature holds; remembered until nobody could take it for a valid one. */
export interface DeniedToken {
  /** RFC 7519 §4.1.7. */
  readonly jti: string
  /** When a store may forget it. */
  readonly expiresAt: Date
}
