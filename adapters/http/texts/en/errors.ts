/** What happened, that nothing was lost, and what to press. */
export const errors = {
  kinds: {
    'unknown-client': {
      heading: 'This application is not known here',
      message: 'The link names an application that is not registered or has been switched off. Nothing was sent to it.',
    },
    'bad-redirect-uri': {
      heading: 'This link cannot be trusted',
      message: 'It would lead to an address that the application has not registered. Nothing was sent there.',
    },
    'flow-over': {
      heading: 'This sign-in is over',
      message: 'It has expired, was already used or began in another browser. Nothing was lost: start again from the application.',
    },
    malformed: {
      heading: 'This link cannot be read',
      message: 'Something in it is missing, repeated, too long or damaged. Nothing was sent: start again from the application.',
    },
  },
  statuses: {
    403: {
      heading: 'This form is no longer valid',
      message:
        'Nothing was changed just now; if you sent it twice, the first time may have counted. Go back, reload the page and try again.',
    },
    404: { heading: 'There is no such page', message: 'Check the address, or start again from the application.' },
    405: { heading: 'This page cannot be used that way', message: 'Nothing was changed.' },
    429: { heading: 'Too many attempts', message: 'Nothing was lost. Wait a little, then try again.' },
    500: { heading: 'Something went wrong', message: 'It is our mistake. Nothing was lost: try again, or tell us the reference below.' },
    503: { heading: 'We will be back in a moment', message: 'The service is busy. Nothing was lost: try again in a few seconds.' },
  },
  /** In place of those above, when a form was sent. */
  forms: {
    malformed: { heading: 'This form could not be read', message: 'Nothing was changed. Go back, fill it in again and send it once.' },
    503: {
      heading: 'We will be back in a moment',
      message:
        'The service is busy, and what you sent may not have been done. Go on in a few seconds, or start again from the application.',
    },
  },
  /** In place of the message above, when the browser sent no cookie. */
  withoutCookie:
    'Your browser sent no cookie: it blocks them here, or you began in another one. Nothing was changed. Allow cookies for this page, then start again.',
  other: { heading: 'This request is not valid', message: 'Nothing was changed. Go back and try again.' },
  backToApplication: 'Back to the application',
  tryAgain: 'Try again',
  goOn: 'Go on',
  yourAccount: 'Your account',
  reference: 'Reference',
}
