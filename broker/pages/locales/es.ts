import { html } from 'hono/html';
import type { Words } from './en.ts';

export const es: Words = {
  moment: { title: 'Un momento…', text: 'Le llevamos a iniciar sesión.', button: 'Continuar' },
  code: {
    title: 'Conectar un dispositivo',
    lead: 'Escriba el código que muestra su dispositivo.',
    label: 'Código',
    button: 'Continuar',
    malformed: 'Un código tiene ocho letras, por ejemplo BCDF-GHJK. Mire otra vez su dispositivo.',
    wrong:
      'Ningún dispositivo espera con este código. Compárelo letra por letra con su dispositivo; los códigos duran diez minutos.',
    signedInAs: (account) => html`Sesión iniciada como ${account}.`,
    next: 'Después inicia sesión y ve lo que pide el dispositivo.',
    warning:
      'Continúe solo si va a iniciar sesión en un dispositivo suyo. Nadie que le escriba o le llame debería pedirle que escriba aquí un código.',
  },
  confirm: {
    device: '¿Permitir este dispositivo?',
    program: '¿Permitir este programa?',
    question: (client) => html`¿Permitir ${client}?`,
    code: (code) => html`Muestra el código ${code}. Si su dispositivo muestra otro, deniegue.`,
    listens: (address) =>
      html`Un programa de este equipo, en ${address}, pide iniciar sesión. Permítalo solo si usted mismo acaba de iniciarlo.`,
    as: 'Iniciará sesión como',
    you: 'usted',
    notYou: '¿No es usted?',
    may: (resource) => html`Podrá, en ${resource}`,
    learn: 'Podrá saber de usted',
    stays: (days) => `Mantendrá la sesión como máximo ${days}. Puede terminarla en cualquier momento en su cuenta.`,
    request: 'La solicitud',
    began: (when, from) => html`Comenzó ${when}, desde ${from}.`,
    unknownAddress: 'una dirección desconocida',
    sameNetwork: 'Su dispositivo está en la misma red que este navegador.',
    otherNetwork: 'Su dispositivo está en otra red que este navegador. Si no lo tiene a su lado, deniegue.',
    allow: 'Permitir',
    deny: 'Denegar',
    doubt: '¿Otra persona le ha pedido que haga esto? Puede que intente iniciar sesión como usted.',
    report: 'Yo no he comenzado esto',
  },
  identity: {
    openid: 'Saber que es usted',
    profile: 'Ver su nombre',
    email: 'Ver su dirección de correo',
    groups: 'Ver en qué grupos está',
  },
  ends: {
    allowed: {
      title: 'Ha iniciado sesión en su dispositivo',
      text: 'Seguirá solo dentro de unos segundos. Puede cerrar esta página.',
    },
    denied: {
      title: 'No se ha iniciado ninguna sesión',
      text: 'Se ha avisado al dispositivo. Puede cerrar esta página.',
    },
    reported: {
      title: 'Gracias. No se ha iniciado ninguna sesión',
      text: 'La solicitud se ha borrado y comunicado. Si alguien le envió el código o un enlace a esta página, no le conteste y avise a su administración.',
    },
    expired: {
      title: 'Este código ha caducado',
      text: 'Un código dura diez minutos. No se ha iniciado ninguna sesión. Empiece de nuevo en su dispositivo; mostrará un código nuevo.',
    },
    used: {
      title: 'Este código ya se ha usado',
      text: 'Se permitió o se denegó, y ya no sirve. Para otro dispositivo, empiece allí; mostrará su propio código.',
    },
    too_many: {
      title: 'Demasiados códigos incorrectos',
      text: 'Para que nadie pueda adivinar códigos, los suyos no se comprueban durante una hora. Después empiece de nuevo en su dispositivo; mostrará un código nuevo.',
    },
    cancelled: {
      title: 'El inicio de sesión no se completó',
      text: 'No se ha iniciado ninguna sesión. Escriba el código otra vez cuando quiera continuar.',
    },
    not_allowed: {
      title: 'Su cuenta no puede usar este dispositivo',
      text: 'No se ha iniciado ninguna sesión. Su administración decide quién puede.',
    },
    signed_out_everywhere: {
      title: 'Ha cerrado la sesión en todas partes',
      text: 'Cada navegador y cada dispositivo tiene que iniciar sesión de nuevo. Puede cerrar esta página.',
    },
  },
  next: { enterCode: 'Escribir un código', account: 'Ver dónde tiene la sesión iniciada' },
  errors: {
    stale: {
      title: 'Esta página es demasiado antigua',
      text: 'Estuvo abierta demasiado tiempo, ya se usó o se empezó en otro navegador. No se ha cambiado nada. Empiece de nuevo.',
    },
    busy: { title: 'Ahora mismo no', text: 'Hay demasiada actividad. Espere un minuto e inténtelo de nuevo.' },
    other: {
      title: 'No ha funcionado',
      text: 'No se ha cambiado nada. Empiece de nuevo; si sigue igual, diga a su administración:',
    },
    request: 'Solicitud',
  },
  account: {
    title: 'Dónde tiene la sesión iniciada',
    browsers: 'Navegadores',
    devices: 'Dispositivos y programas',
    sites: 'Sitios que ha permitido',
    none: 'Ninguno.',
    signedIn: (when) => `sesión iniciada ${when}`,
    lastUsed: (when) => `Último uso ${when}`,
    lastUsedFrom: (when, from) => html`Último uso ${when}, desde ${from}`,
    notUsed: 'Aún sin usar',
    needsSignIn: 'tiene que iniciar sesión de nuevo',
    allowedAt: (when) => `permitido ${when}`,
    signOut: 'Cerrar sesión',
    takeBack: 'Retirar',
    rename: 'Cambiar el nombre',
    name: 'Nombre',
    everywhere: 'Cerrar sesión en todas partes',
    everywhereText:
      'Termina todos los navegadores y dispositivos de arriba. Antes tiene que iniciar sesión otra vez, para que nadie más pueda hacerlo.',
  },
  justNow: 'hace menos de un minuto',
};
