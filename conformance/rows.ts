import type { Row } from './row.js'
import { accessTokenRows } from './rows/access-token.js'
import { advertisedRows } from './rows/advertised.js'
import { approvalRows } from './rows/approval.js'
import { authorizationEndpointRows } from './rows/authorization-endpoint.js'
import { authorizationResponseRows } from './rows/authorization-response.js'
import { clientAuthenticationRows } from './rows/client-authentication.js'
import { clientCredentialsRows } from './rows/client-credentials.js'
import { codeRedemptionRows } from './rows/code-redemption.js'
import { concurrencyRows } from './rows/concurrency.js'
import { crossSiteRows } from './rows/cross-site.js'
import { errorRows } from './rows/errors.js'
import { hostileRequestRows } from './rows/hostile-requests.js'
import { introspectionRows } from './rows/introspection.js'
import { jwksRows } from './rows/jwks.js'
import { metadataRows } from './rows/metadata.js'
import { otherAuthenticationRows } from './rows/other-authentication.js'
import { pageRows } from './rows/pages.js'
import { pkceRows } from './rows/pkce.js'
import { redirectSafetyRows } from './rows/redirect-safety.js'
import { refreshRows } from './rows/refresh.js'
import { revocationRows } from './rows/revocation.js'
import { sessionRows } from './rows/sessions.js'
import { signInRows } from './rows/sign-in.js'
import { tokenAnswerRows } from './rows/token-answers.js'
import { tokenRequestRows } from './rows/token-requests.js'

/** All rows, in the order in which they are run. */
export const ROWS: readonly Row[] = [
  ...metadataRows,
  ...advertisedRows,
  ...jwksRows,
  ...authorizationEndpointRows,
  ...hostileRequestRows,
  ...redirectSafetyRows,
  ...authorizationResponseRows,
  ...pkceRows,
  ...tokenRequestRows,
  ...tokenAnswerRows,
  ...clientAuthenticationRows,
  ...otherAuthenticationRows,
  ...codeRedemptionRows,
  ...refreshRows,
  ...clientCredentialsRows,
  ...accessTokenRows,
  ...revocationRows,
  ...introspectionRows,
  ...errorRows,
  ...signInRows,
  ...sessionRows,
  ...approvalRows,
  ...pageRows,
  ...crossSiteRows,
  ...concurrencyRows,
]
