import { html } from 'hono/html';
import type { Words } from './en.ts';

export const es: Words = {
  moment: { title: 'Un momento…', text: 'Se le va a redirigir al inicio de sesión.', button: 'Continuar' },
  otherSite: {
    title: 'Continuar al inicio de sesión',
    text: 'Un enlace de otro sitio le ha traído aquí. Continúe si quiere iniciar sesión.',
    button: 'Continuar',
  },
  providers: {
    title: 'Elija cómo iniciar sesión',
    lead: 'Su organización ofrece más de una opción.',
    at: (provider) => html`Iniciar sesión con ${provider}`,
    last: 'Usado por última vez',
  },
  code: {
    title: 'Conectar un dispositivo',
    lead: 'Introduzca el código que muestra su dispositivo.',
    label: 'Código',
    button: 'Continuar',
    malformed: 'Los códigos tienen ocho letras, por ejemplo BCDF\u2060-\u2060GHJK. Vuelva a mirar su dispositivo.',
    wrong:
      'No hay ningún dispositivo esperando con este código. Compárelo letra por letra con el de su dispositivo; los códigos caducan a los diez minutos.',
    signedInAs: (account) => html`Sesión iniciada como ${account}.`,
    next: 'A continuación iniciará sesión y verá lo que pide el dispositivo.',
    warning:
      'Continúe solo si va a iniciar sesión en un dispositivo propio. Nadie que le escriba o le llame debería pedirle que introduzca aquí un código.',
  },
  confirm: {
    device: '¿Permitir este dispositivo?',
    program: '¿Permitir este programa?',
    question: (client) => html`¿Permitir ${client}?`,
    code: (code) => html`Muestra el código ${code}. Si su dispositivo muestra otro, deniegue la solicitud.`,
    listens: (address) =>
      html`Un programa de este equipo (${address}) pide iniciar sesión. Permítalo solo si acaba de abrirlo usted.`,
    as: 'Iniciará sesión como',
    you: 'usted',
    notYou: '¿No es usted?',
    may: (resource) => html`Podrá, en ${resource}`,
    learn: 'Podrá saber de usted',
    stays: (days) =>
      `Mantendrá la sesión iniciada ${days} como máximo. Puede cerrarla en cualquier momento desde su cuenta.`,
    request: 'La solicitud',
    began: (when, from) => html`Comenzó ${when}, desde ${from}.`,
    unknownAddress: 'una dirección desconocida',
    sameNetwork: 'Su dispositivo está en la misma red que este navegador.',
    otherNetwork:
      'Su dispositivo está en una red distinta de la de este navegador. Si no lo tiene a su lado, deniegue la solicitud.',
    allow: 'Permitir',
    deny: 'Denegar',
    doubt: '¿Le ha pedido otra persona que haga esto? Puede que intente iniciar sesión en su nombre.',
    report: 'Yo no he iniciado esto',
  },
  identity: {
    openid: 'Saber que es usted',
    profile: 'Ver su nombre',
    email: 'Ver su dirección de correo electrónico',
    groups: 'Ver en qué grupos está',
  },
  ends: {
    allowed: {
      title: 'Ha iniciado sesión en su dispositivo',
      text: 'El dispositivo continuará por sí solo en unos segundos. Puede cerrar esta página.',
    },
    denied: {
      title: 'No se ha iniciado ninguna sesión',
      text: 'Se ha avisado al dispositivo. Puede cerrar esta página.',
    },
    reported: {
      title: 'Gracias. No se ha iniciado ninguna sesión',
      text: 'La solicitud se ha borrado y se ha notificado. Si alguien le envió el código o un enlace a esta página, no le conteste y avise a su administrador.',
    },
    expired: {
      title: 'Este código ha caducado',
      text: 'Los códigos caducan a los diez minutos. No se ha iniciado ninguna sesión. Empiece de nuevo en su dispositivo; mostrará un código nuevo.',
    },
    used: {
      title: 'Este código ya se ha usado',
      text: 'Ya se permitió o se denegó, y no se puede volver a usar. Para iniciar sesión en otro dispositivo, empiece en él; mostrará su propio código.',
    },
    too_many: {
      title: 'Demasiados códigos incorrectos',
      text: 'Para que nadie pueda adivinar códigos, los suyos no se comprobarán durante una hora. Después, empiece de nuevo en su dispositivo; mostrará un código nuevo.',
    },
    not_allowed: {
      title: 'Su cuenta no puede usar este dispositivo',
      text: 'No se ha iniciado ninguna sesión. Su administrador decide quién puede hacerlo.',
    },
    signed_out: {
      title: 'Ha cerrado la sesión',
      text: 'La aplicación de la que viene ya no tiene la sesión iniciada. Puede cerrar esta página.',
    },
    signed_out_everywhere: {
      title: 'Ha cerrado la sesión en todas partes',
      text: 'Habrá que iniciar sesión de nuevo en todos los navegadores y dispositivos. Puede cerrar esta página.',
    },
    gone: {
      title: 'Esta página ya no es válida',
      text: 'Si ya eligió algo aquí, sigue siendo válido. En la página de su cuenta puede ver dónde ha iniciado sesión.',
    },
  },
  refused: {
    denied: {
      title: 'No ha iniciado sesión',
      text: (provider) =>
        html`${provider} ha terminado el inicio de sesión. Si lo ha cancelado, puede intentarlo de nuevo. Si no, es posible que su cuenta no tenga acceso. Solicítelo a su administrador.`,
    },
    interaction: {
      title: 'No ha iniciado sesión',
      text: (provider) =>
        html`${provider} necesita algo más de usted, como un segundo factor o una contraseña nueva. Inténtelo de nuevo y complete los pasos allí.`,
    },
    unavailable: {
      title: 'Ahora no es posible',
      text: (provider) =>
        html`${provider} no puede iniciar su sesión ahora mismo. Espere un minuto e inténtelo de nuevo.`,
    },
    setup: {
      title: 'El inicio de sesión no está bien configurado',
      text: (provider) =>
        html`${provider} no acepta la solicitud de inicio de sesión. Intentarlo de nuevo no servirá: su administrador tiene que corregirlo.`,
    },
    so: {
      device: 'No se ha iniciado sesión en el dispositivo.',
      program: 'No se ha iniciado sesión en la aplicación. Vuelva a ella para intentarlo de nuevo.',
      everywhere: 'No se ha cerrado ninguna sesión.',
    },
    again: 'Intentar de nuevo',
  },
  next: {
    enterCode: 'Introducir un código',
    account: 'Ver dónde tiene sesiones iniciadas',
    signIn: 'Iniciar sesión de nuevo',
  },
  errors: {
    notFound: {
      title: 'Página no encontrada',
      text: 'No hay nada en esta dirección. Compruebe que está bien escrita o continúe aquí:',
    },
    stale: {
      title: 'Esta página ya no es válida',
      text: 'Ha estado abierta demasiado tiempo, ya se usó, se abrió en otro navegador o su navegador no envió la cookie. No se ha cambiado nada. Empiece de nuevo. Si el problema continúa, permita las cookies de este sitio.',
    },
    busy: {
      title: 'Ahora no es posible',
      text: 'Espere un minuto e inténtelo de nuevo. Si el problema continúa, póngase en contacto con su administrador.',
    },
    other: {
      title: 'No ha funcionado',
      text: 'No se ha cambiado nada. Inténtelo de nuevo. Si vuelve a ocurrir, envíe estos datos a su administrador:',
    },
    request: 'Solicitud',
  },
  account: {
    title: 'Dónde tiene sesiones iniciadas',
    browsers: 'Navegadores',
    devices: 'Dispositivos y programas',
    sites: 'Sitios',
    none: 'Ninguno.',
    here: 'Este navegador',
    signedIn: (when) => html`sesión iniciada ${when}`,
    until: (day) => html`sesión abierta, como máximo, hasta el ${day}`,
    lastUsed: (when) => html`Último uso ${when}`,
    lastUsedFrom: (when, from) => html`Último uso ${when}, desde ${from}`,
    notUsed: 'Aún sin usar',
    needsSignIn: 'tiene que iniciar sesión de nuevo',
    allowedAt: (when) => html`permitido ${when}`,
    allowedByOrganization: 'permitido por su organización',
    refusedAt: (when) => html`bloqueado por usted ${when}`,
    letAsk: 'Desbloquear',
    signOutHere: 'Cerrar sesión en esta página',
    signOut: 'Cerrar sesión',
    takeBack: 'Quitar acceso',
    rename: 'Cambiar el nombre',
    name: 'Nombre',
    everywhere: 'Cerrar sesión en todas partes',
    everywhereText:
      'Cierra la sesión en todos los navegadores y dispositivos de arriba. Antes tendrá que iniciar sesión otra vez, para que nadie más pueda hacerlo.',
  },
  activity: {
    title: 'Actividad reciente',
    none: 'Aún no hay nada.',
    older: 'Mostrar actividad anterior',
    notMe: 'No fui yo: cerrar sesión',
    unknown: 'Un navegador o dispositivo',
    kinds: {
      browser_signed_in: (it) => html`Se inició sesión en ${it}`,
      page_signed_in: () => 'Inició sesión en esta página de cuenta o en la de dispositivos',
      device_signed_in: (it) => html`Se inició sesión en ${it}`,
      device_denied: (it) => html`Rechazó un inicio de sesión de ${it}`,
      device_reported: (it) => html`Denunció un inicio de sesión de ${it}`,
      signed_out_everywhere: () => 'Cerró sesión en todas partes',
      site_allowed: (it) => html`Permitió el acceso a ${it}`,
      site_removed: (it) => html`Retiró el acceso a ${it}`,
      site_blocked: (it) => html`Bloqueó ${it}`,
      site_unblocked: (it) => html`Desbloqueó ${it}`,
      code_failed: () => 'Se introdujo un código de dispositivo incorrecto',
      session_misused: () => 'Alguien intentó usar una copia de su sesión. Se bloqueó.',
    },
    signedOut: {
      person: (it) => html`Cerró la sesión de ${it}`,
      organization: (it) => html`Su organización cerró la sesión de ${it}`,
      protection: (it) => html`Se cerró la sesión de ${it} para protegerle`,
    },
  },
  help: { title: '¿Necesita ayuda?', page: 'Obtener ayuda', recovery: '¿No puede iniciar sesión?' },
  justNow: 'hace menos de un minuto',
};
