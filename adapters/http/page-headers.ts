import type { Middleware } from 'koa'
import helmet from 'koa-helmet'

const NOTHING = ["'none'"]
const SELF = ["'self'"]
/** Pages ask nothing of the device, and nothing that gets into one may. */
const NO_DEVICE = ['camera', 'microphone', 'geolocation', 'payment', 'usb', 'display-capture', 'publickey-credentials-get']
const PERMISSIONS = NO_DEVICE.map((feature) => `${feature}=()`).join(', ')

/**
 * The security headers of every page. `formAction` is false on login, second factor and approval: Chromium applies `form-action` to the redirects
 * that follow a form, and those lead to the client.
 */
export function pageHeaders(formAction: boolean): Middleware {
  const secure = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: NOTHING,
        styleSrc: SELF,
        imgSrc: ["'self'", 'data:'],
        objectSrc: NOTHING,
        baseUri: NOTHING,
        frameAncestors: NOTHING,
        ...(formAction && { formAction: SELF }),
      },
    },
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'same-origin' },
    // A client may run the flow in a popup and wait for it through `opener`.
    crossOriginOpenerPolicy: false,
    // Said for every answer at once, pages and others, and only where the issuer is https.
    strictTransportSecurity: false,
  })
  return (ctx, next) => {
    ctx.set({ 'Cache-Control': 'no-store', 'Permissions-Policy': PERMISSIONS })
    return secure(ctx, next)
  }
}
