import { account } from './de/account.js'
import { demo } from './de/demo.js'
import { errors } from './de/errors.js'
import { secondFactor } from './de/second-factor.js'
import { signing } from './de/signing.js'
import type { Dictionary } from './en.js'

export const de: Dictionary = { ...signing, account, secondFactor, errors, demo }
