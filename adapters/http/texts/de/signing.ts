import type { Dictionary } from '../en.js'

export const signing: Pick<Dictionary, 'page' | 'signIn' | 'approval' | 'signOut' | 'signedOut'> = {
  page: {
    error: 'Fehler:',
    problem: 'Das hat nicht geklappt',
    tooMany: (minutes) =>
      `Es gab zu viele Versuche. Nichts ging verloren: Versuchen Sie es in ${minutes === 1 ? 'einer Minute' : `${minutes.toString()} Minuten`} noch einmal.`,
  },
  signIn: {
    title: 'Anmelden',
    toContinue: 'um zu {client} zu gelangen',
    anotherAccount: 'Sie sind als {person} angemeldet. Hier wechseln Sie zu einem anderen Konto.',
    username: 'Benutzername',
    password: 'Passwort',
    submit: 'Anmelden',
    wrong: 'Der Benutzername oder das Passwort stimmt nicht.',
  },
  approval: {
    title: 'Zugriff auf Ihr Konto erlauben?',
    goesTo: 'Ihre Antwort geht an',
    loopback: 'Das ist ein Programm auf diesem Gerät. Erlauben Sie es nur, wenn Sie es gerade eben selbst gestartet haben.',
    privateScheme: 'Das ist eine App auf diesem Gerät. Erlauben Sie es nur, wenn Sie gerade eben aus dieser App gekommen sind.',
    question: 'Darf {client} Ihr Konto nutzen?',
    willBeAble: 'Was damit möglich wird',
    willBeAbleAt: 'Bei {resource} wird möglich',
    news: {
      all: 'Sie haben dieser App schon anderes erlaubt. Das hier ist alles neu.',
      some: 'Einen Teil haben Sie schon erlaubt. Was neu ist, ist gekennzeichnet.',
      together: 'Sie haben das alles schon einzeln erlaubt, aber noch nicht zusammen.',
    },
    isNew: 'Neu',
    usesAt: 'Bei {resource} wird erkennbar, wer Sie sind',
    signedInAs: 'Angemeldet als {person}',
    notYou: 'Nicht Sie? Anderes Konto verwenden',
    allow: 'Erlauben',
    deny: 'Ablehnen',
    withdraw: 'Sie können den Zugriff jederzeit auf Ihrer Kontoseite entziehen.',
  },
  signOut: {
    title: 'Abmelden?',
    signedInAs: 'Sie sind als {person} angemeldet.',
    appsKeep: 'Apps, die Sie erlaubt haben, behalten ihren Zugriff. Entziehen können Sie ihn auf Ihrer Kontoseite.',
    submit: 'Abmelden',
    stay: 'Angemeldet bleiben',
  },
  signedOut: {
    title: 'Sie sind abgemeldet',
    nobody: 'In diesem Browser kann niemand Ihr Konto nutzen, bis Sie sich wieder anmelden.',
    appsKeep: 'Apps, die Sie erlaubt haben, behalten ihren Zugriff.',
    signIn: 'Anmelden',
  },
}
