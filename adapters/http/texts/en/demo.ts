/** The sample client, in development. */
export const demo = {
  try: 'Try the whole flow',
  complete: 'The flow is complete',
  asYours: 'A sample client asks {brand} for access, as a client of yours would.',
  hasTokens: (refreshed: number): string => {
    const times = refreshed === 1 ? 'once' : refreshed === 2 ? 'twice' : `${refreshed.toString()} times`
    return `The sample client has its tokens${refreshed > 0 ? `, refreshed ${times}` : ''}.`
  },
  refresh: 'Refresh tokens',
  callApi: 'Call the sample API',
  startOver: 'Start over',
  apiAnswered: (status: number): string => `The sample API answered ${status.toString()}`,
  accessToken: 'Access token',
  header: 'Header',
  payload: 'Payload',
  answer: 'Answer of the token endpoint',
  shortened: 'Secrets are shortened.',
  steps: [
    'It sends you to sign in, with a PKCE challenge.',
    'You allow or deny what it asks for.',
    'It redeems the authorization code and shows its tokens.',
    'You refresh them and call a sample API.',
  ],
  signInAs: 'Sign in as {person}. The password was printed when the server started.',
  start: 'Start the flow',
  failures: {
    otherBrowser: 'The answer does not belong to a request of this browser (state). Start again.',
    otherServer: 'The answer comes from another server (iss). Start again.',
    refused: 'The server refused: {detail}.',
    noCode: 'The answer has no code. Start again.',
    noRefreshToken: 'There is no refresh token. Start again.',
    noAccessToken: 'There is no access token. Start again.',
    noTokens: 'The token endpoint answered {detail}.',
    silentServer: 'The token endpoint did not answer.',
    silentApi: 'The sample API did not answer.',
  },
  developmentOnly: 'This page exists in development only.',
}
