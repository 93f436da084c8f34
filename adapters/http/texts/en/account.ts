/** What people see and change of their own accounts. */
export const account = {
  title: 'Your account',
  signedInAs: 'Signed in as {person}',
  signOut: 'Sign out',
  wrongPassword: 'The current password is not right.',
  notices: {
    withdrawn: 'The app can no longer use your account.',
    'session-ended': 'The session has ended.',
    'others-ended': 'All other sessions have ended.',
    'password-changed': 'Your password is changed, and all other sessions have ended.',
    'second-factor-off': 'The second factor is off.',
  },
  confirm: {
    title: 'Enter your password',
    why: 'It is a while since you signed in. Before your account is changed, show that it is you.',
    password: 'Password',
    submit: 'Continue',
    cancel: 'Back to your account',
  },
  apps: {
    heading: 'Apps that can use your account',
    none: 'There are none. An app that you allow appears here, and you can withdraw its access at any time.',
    since: 'Since {date}',
    lastUsed: 'Last used {date}',
    notInUse: 'Not in use at the moment.',
    trusted: '{brand} trusts this app, so it does not ask for your approval.',
    withdraw: 'Withdraw access',
    withdrawOf: 'of {client}',
  },
  sessions: {
    heading: 'Where you are signed in',
    since: 'Signed in {date}',
    lastSeen: 'Last active {date}',
    isThis: 'This browser',
    end: 'End session',
    endOf: 'of {date}',
    endOthers: 'End all other sessions',
  },
  password: {
    heading: 'Password',
    current: 'Current password',
    next: 'New password',
    rule: 'The new password must have at least 8 characters, and at most 1024 bytes.',
    hint: 'At least 8 characters. Your other sessions end.',
    submit: 'Change password',
  },
  factor: {
    heading: 'Second factor',
    isOff: 'It is off. With it on, signing in takes a code from your phone as well as your password.',
    enrol: 'Set up a second factor',
    isOn: 'It is on, since {date}.',
    codesLeft: (count: number): string =>
      count === 0
        ? 'No recovery code is left.'
        : count === 1
          ? 'One recovery code is left.'
          : `${count.toString()} recovery codes are left.`,
    current: 'Current password',
    renewHeading: 'Recovery codes',
    renew: 'Make new recovery codes',
    disableHeading: 'Without a second factor',
    disable: 'Turn off the second factor',
  },
  recent: {
    heading: 'What happened lately',
    none: 'Nothing yet.',
    from: 'from {address}',
    byOperator: 'by the operator',
  },
  events: {
    'sign-in': 'Signed in',
    'sign-in-refused': 'A sign-in was refused',
    'password-changed': 'Password changed',
    'second-factor-enabled': 'Second factor turned on',
    'second-factor-disabled': 'Second factor turned off',
    'recovery-codes-renewed': 'New recovery codes made',
    'recovery-code-used': 'Recovery code used',
    approval: 'Allowed {client}',
    withdrawal: 'Withdrew the access of {client}',
  },
}
