/** Signing in, approving, signing out. */
export const signing = {
  page: {
    error: 'Error:',
    problem: 'There is a problem',
    tooMany: (minutes: number): string =>
      `There were too many attempts. Nothing was lost: try again in ${minutes === 1 ? 'a minute' : `${minutes.toString()} minutes`}.`,
  },
  signIn: {
    title: 'Sign in',
    toContinue: 'to continue to {client}',
    anotherAccount: 'You are signed in as {person}. Sign in here to change to another account.',
    username: 'User name',
    password: 'Password',
    submit: 'Sign in',
    wrong: 'The user name or the password is not right.',
  },
  approval: {
    title: 'Allow access to your account?',
    goesTo: 'Your answer goes to',
    loopback: 'That is a program on this device. Allow it only if you started it yourself, just now.',
    privateScheme: 'That is an app on this device. Allow it only if you came here from that app, just now.',
    question: 'Allow {client} to use your account?',
    willBeAble: 'It will be able to',
    willBeAbleAt: 'At {resource} it will be able to',
    news: {
      all: 'You approved something else for this app before. All of this is new.',
      some: 'You approved some of this before. What is new is marked.',
      together: 'You approved each of these before, but not together.',
    },
    isNew: 'New',
    usesAt: 'It will be able to identify you at {resource}',
    signedInAs: 'Signed in as {person}',
    notYou: 'Not you? Use another account',
    allow: 'Allow',
    deny: 'Deny',
    withdraw: 'You can withdraw access at any time on your account page.',
  },
  signOut: {
    title: 'Sign out?',
    signedInAs: 'You are signed in as {person}.',
    appsKeep: 'Apps that you allowed keep their access. You can withdraw it on your account page.',
    submit: 'Sign out',
    stay: 'Stay signed in',
  },
  signedOut: {
    title: 'You are signed out',
    nobody: 'Nobody can use your account from this browser until you sign in again.',
    appsKeep: 'Apps that you allowed keep their access.',
    signIn: 'Sign in',
  },
}
