import { mustBeJsonError } from '../answers.js'
import type { Row } from '../row.js'
import { clientTokens, mustBeTokens, token } from '../tokens.js'
import { must, Skipped } from '../verdict.js'

export const clientCredentialsRows: readonly Row[] = [
  {
    id: 'CC-003',
    clause: 'RFC6749 §5.2',
    severity: 'High',
    title: 'a client that may not is unauthorized_client',
    check: async (world) => {
      const grants = world.metadata['grant_types_supported']
      if (!Array.isArray(grants) || !grants.includes('client_credentials')) throw new Skipped('client_credentials is not advertised')
      const answer = await token(world, world.publicClient, { grant_type: 'client_credentials' })
      mustBeJsonError(answer, [400], ['unauthorized_client'])
    },
  },
  {
    id: 'CC-004',
    clause: 'RFC6749 §3.3, §5.2',
    severity: 'Critical',
    title: 'a scope that is not the client’s is not granted',
    check: async (world) => {
      const scope = [...world.confidential.scopes, world.foreignScope].join(' ')
      const answer = await clientTokens(world, { scope })
      if (answer.status === 400) {
        mustBeJsonError(answer, [400], ['invalid_scope'])
        return
      }
      const { body } = mustBeTokens(answer)
      must(typeof body['scope'] === 'string', 'the scope that was granted instead is not named')
      must(!body['scope'].split(' ').includes(world.foreignScope), `the token has ${world.foreignScope}`)
    },
  },
  {
    id: 'CC-005',
    clause: 'RFC6749 §3.3, §5.1',
    severity: 'Low',
    title: 'without scope the default is named',
    check: async (world) => {
      const { body } = mustBeTokens(await clientTokens(world))
      must(typeof body['scope'] === 'string', 'scope is not in the answer')
    },
  },
]
