import { csrfOf, serve, signIn, World } from './pages-fixture.js'
import { OTP } from './pages-people.js'

export const NEXT = 'another horse'

/** On /account, the second factor shown where there is one. */
export async function signedIn(overrides: Partial<World> = {}) {
  const world = Object.assign(new World(), overrides)
  const agent = serve(world)
  await signIn(agent)
  if (world.secondFactor !== undefined) {
    const _csrf = csrfOf(await agent.get('/login/otp'))
    await agent.post('/login/otp').type('form').send({ _csrf, otp: OTP })
    world.events.length = 0
  }
  const page = await agent.get('/account')
  const post = (path: string, form: object) =>
    agent
      .post(`/account/${path}`)
      .type('form')
      .send({ _csrf: csrfOf(page), ...form })
  return { world, agent, page, post }
}
