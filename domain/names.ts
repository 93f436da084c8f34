import { InvalidInput } from './errors.js'

/** Control, format (direction among them) and separator characters, and halves of a surrogate pair: what makes a name look like another. */
const TRICKY = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u
const VISIBLE = /[^\s\p{Default_Ignorable_Code_Point}\u2800]/u
const PRINTABLE_ASCII = /^[\x20-\x7e]+$/

/** Text that an operator wrote, made safe to repeat in a sentence. */
export const quoted = (text: string): string => JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text)

/** The name of a client, scope, resource or person. Throws InvalidInput naming `field`. */
export function mustBeName(field: string, text: string): void {
  if (!VISIBLE.test(text)) throw new InvalidInput(`${field}: must not be empty`)
  if (Array.from(text).length > 200) throw new InvalidInput(`${field}: is longer than 200 characters`)
  if (TRICKY.test(text)) throw new InvalidInput(`${field}: has a control, format or direction character`)
}

/** Throws InvalidInput unless it has the outline of one mailbox. */
export function mustBeEmail(text: string): void {
  const plain = text.length <= 254 && /^[^\s@]+@[^\s@]+$/u.test(text) && !TRICKY.test(text)
  if (!plain) throw new InvalidInput(`email: ${quoted(text)} is not an address like ada@example.com`)
}

export const isId = (text: string): boolean => text.length <= 128 && PRINTABLE_ASCII.test(text)

/** 1 to 128 printable ASCII characters. Throws InvalidInput. */
export function mustBeClientId(text: string): void {
  if (!isId(text)) throw new InvalidInput('id: must be 1 to 128 printable ASCII characters')
}

/** Throws InvalidInput. Anything else is allowed in a password. */
export function mustBePassword(text: string): void {
  if (Array.from(text).length < 8) throw new InvalidInput('password: has fewer than 8 characters')
  if (Buffer.byteLength(text) > 1024) throw new InvalidInput('password: is longer than 1024 bytes')
}

/** RFC 6749 appendix A.2: printable ASCII, or no client could present it. Throws InvalidInput. */
export function mustBeClientSecret(text: string): void {
  if (text.length < 16) throw new InvalidInput('secret: has fewer than 16 characters')
  if (text.length > 1024) throw new InvalidInput('secret: is longer than 1024 characters')
  if (!PRINTABLE_ASCII.test(text)) throw new InvalidInput('secret: has characters outside printable ASCII')
}
