import type { Texts } from './en.ts';

export const texts: Texts = {
  not_installed: [
    'Instale la extensión Latchkey',
    'Esta página necesita la extensión Latchkey para el navegador. Si ya la tiene, actívela para este sitio o vuelva a cargar la página.',
    'Instalar la extensión',
  ],
  unsupported: [
    'Abra esta página en su propia pestaña',
    'Latchkey solo funciona en una página HTTPS que no esté incrustada en otra.',
  ],
  signed_out: ['Iniciar sesión', 'Inicie sesión con Latchkey para continuar.', 'Iniciar sesión'],
  not_connected: ['Conectar este sitio', 'Latchkey le pregunta qué puede hacer este sitio.', 'Conectar'],
  failed: ['Se ha producido un error', 'Latchkey no pudo obtener acceso para esta página.', 'Intentarlo de nuevo'],
  errors: {
    offline:
      'No se puede acceder al servicio de inicio de sesión de su organización. Compruebe su conexión a internet o la VPN e inténtelo de nuevo.',
    busy: 'Demasiadas solicitudes. Espere un momento e inténtelo de nuevo.',
    user_denied: 'No se completó. Inténtelo de nuevo cuando quiera.',
    policy_denied: 'Su organización no lo permite. Si necesita acceso, consulte a su administrador.',
    other: 'No ha funcionado. Inténtelo de nuevo.',
  },
};
