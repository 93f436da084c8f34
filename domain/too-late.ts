import { OAuthError } from './errors.js'

/** Whether whoever asked was answered meanwhile that it is too late: then nothing may be spent, ended or denied any more. */
export interface MayBeOver {
  readonly isOver?: () => boolean
}

/** Throws `temporarily_unavailable` when it is over: whoever asked was told to try again, and what that does is what counts. */
export function mustGoOn({ isOver }: MayBeOver): void {
  if (isOver?.() === true) throw new OAuthError('temporarily_unavailable', 'it came too late')
}
