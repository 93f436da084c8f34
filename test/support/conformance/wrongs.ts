import type { Wrong } from './meddling.js'
import { WRONG_DOCUMENTS } from './wrong-documents.js'
import { WRONG_ENDPOINTS } from './wrong-endpoints.js'
import { WRONG_ERRORS } from './wrong-errors.js'
import { WRONG_PAGES } from './wrong-pages.js'
import { WRONG_REQUESTS } from './wrong-requests.js'
import { WRONG_RESPONSES } from './wrong-responses.js'
import { WRONG_SIGN_IN } from './wrong-sign-in.js'
import { WRONG_TOKENS } from './wrong-tokens.js'

export const WRONGS: readonly Wrong[] = [
  WRONG_DOCUMENTS,
  WRONG_REQUESTS,
  WRONG_RESPONSES,
  WRONG_TOKENS,
  WRONG_ERRORS,
  WRONG_ENDPOINTS,
  WRONG_SIGN_IN,
  WRONG_PAGES,
].flat()
