/** Names of things, told apart by the compiler. */
type Brand<T, B extends string> = T & { readonly __brand: B }

/** 1 to 128 printable ASCII characters; never equal to a person's id. */
export type ClientId = Brand<string, 'ClientId'>
/** 128 random bits as 22 characters of base64url. */
export type UserId = Brand<string, 'UserId'>
/** 128 random bits as 22 characters of base64url. */
export type GrantId = Brand<string, 'GrantId'>
/** SHA-256 of the value in the session cookie, base64url: what a store may know of it. */
export type SessionId = Brand<string, 'SessionId'>
/** SHA-256 of the value in the address of a flow, base64url. */
export type FlowId = Brand<string, 'FlowId'>
/** SHA-256 of the value in the browser cookie, base64url. */
export type BrowserId = Brand<string, 'BrowserId'>
/** One try at one state change: the same attempt asked again gets the same answer. */
export type AttemptId = Brand<string, 'AttemptId'>
/** RFC 7638 thumbprint of the public key. */
export type KeyId = Brand<string, 'KeyId'>
