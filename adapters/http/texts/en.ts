import { account } from './en/account.js'
import { demo } from './en/demo.js'
import { errors } from './en/errors.js'
import { secondFactor } from './en/second-factor.js'
import { signing } from './en/signing.js'

/** Every word that a page says, but for what operators and people wrote themselves. `{name}` is where something comes in. */
export const en = { ...signing, account, secondFactor, errors, demo }

/** What each language has to say. */
export type Dictionary = typeof en
