import { mustBeJsonError, said } from '../answers.js'
import type { Row } from '../row.js'
import { freshCode, mustBeTokens, redemption, token } from '../tokens.js'
import { must } from '../verdict.js'
import { allow, askApproval, codeIn } from './approval.js'

const AT_ONCE = 20
const SUBMITS = 10

export const concurrencyRows: readonly Row[] = [
  {
    id: 'CONC-001',
    clause: 'RFC6749 §4.1.2; OAuch SingleFastACExchange; cf. ory/fosite#778, supabase/auth#2613',
    severity: 'Critical',
    title: 'of many redemptions at once one succeeds',
    check: async (world) => {
      for (let round = 0; round < Math.ceil(world.target.samples / AT_ONCE); round++) {
        const fields = redemption(await freshCode(world, world.confidential))
        const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => token(world, world.confidential, fields)))
        const won = answers.filter(({ status }) => status === 200)
        must(won.length === 1, `${won.length} of ${AT_ONCE} succeed`)
        won.forEach((answer) => mustBeTokens(answer))
        for (const answer of answers) if (answer.status !== 200) mustBeJsonError(answer, [400], ['invalid_grant'])
      }
    },
  },
  {
    id: 'CONC-008',
    clause: 'RFC6749 §4.1.2',
    severity: 'High',
    title: 'of many approvals at once one makes a code',
    check: async (world) => {
      const asking = await askApproval(world)
      const answers = await Promise.all(Array.from({ length: SUBMITS }, () => allow(asking)))
      const codes = answers.map(codeIn).filter((code) => code !== undefined)
      must(codes.length === 1, `${codes.length} of ${SUBMITS} make a code`)
      for (const answer of answers) must(answer.status < 500, `one ends with ${said(answer)}`)
    },
  },
]
