/** The pages' one style sheet: light, dark, phone and large screens, without a script. */
export const pagesCss = `
:root {
  color-scheme: light dark;
  --ink: light-dark(#1a201e, #eef2f0); --soft: light-dark(#58625f, #a3aeaa); --paper: light-dark(#f1f4f3, #161918); --card: light-dark(#fff, #1f2423);
  --line: light-dark(#d3d9d6, #434c49); --accent: light-dark(#14635c, #6fd0c4); --on-accent: light-dark(#fff, #06201d);
  --bad: light-dark(#b3261e, #ffb4ab); --good: light-dark(#14635c, #6fd0c4); --warn-paper: light-dark(#fdf3e5, #33270f); --warn-ink: light-dark(#6b3a06, #f0b469);
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1.0625rem/1.5 system-ui, sans-serif; }
main { max-width: 30rem; margin: 6vh auto; padding: 2rem; background: var(--card); border: 1px solid var(--line); border-radius: 1rem; }
.brand { display: flex; align-items: center; gap: .5rem; margin: 0 0 1.5rem; font-weight: 600; color: var(--soft); }
h1 { margin: 0 0 .5rem; font-size: 1.6rem; line-height: 1.25; text-wrap: balance; }
h2 { margin: 0 0 .25rem; font-size: .9rem; font-weight: 600; color: var(--soft); }
section { padding: 1rem 0 0; margin: 1rem 0 0; border-top: 1px solid var(--line); }
section p, section ul { margin: 0; }
ul { padding-left: 1.25rem; }
.lead { margin: 0 0 1.25rem; }
.soft, .fine { color: var(--soft); }
.fine { margin: 1rem 0 0; font-size: .95rem; }
label { display: block; margin-bottom: .25rem; font-weight: 600; }
input.code { width: 100%; padding: .7rem .9rem; font: 600 1.7rem/1.2 ui-monospace, monospace; letter-spacing: .12em; text-transform: uppercase;
  color: inherit; background: var(--paper); border: 2px solid var(--line); border-radius: .6rem; }
input.code::placeholder { color: var(--soft); opacity: .45; }
.code-inline { font: 600 1.1em ui-monospace, monospace; letter-spacing: .06em; white-space: nowrap; }
button, .button { display: inline-block; min-height: 3rem; padding: .7rem 1.4rem; font: inherit; font-weight: 600; text-decoration: none; text-align: center;
  color: var(--accent); background: transparent; border: 2px solid var(--accent); border-radius: .6rem; cursor: pointer; }
button.primary { width: 100%; margin-top: 1rem; color: var(--on-accent); background: var(--accent); }
.choice { display: grid; grid-template-columns: 1fr 1fr; gap: .75rem; margin-top: 1.5rem; }
button.link { min-height: 0; padding: 0; border: 0; font-weight: 400; text-decoration: underline; }
button:hover, .button:hover { filter: brightness(1.08); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
a { color: var(--accent); }
.fault { margin: .5rem 0 0; color: var(--bad); font-weight: 600; }
.warning { margin: 1.25rem 0 0; padding: .7rem .9rem; border-radius: .6rem; background: var(--warn-paper); color: var(--warn-ink); font-size: .95rem; }
section .warning { margin-top: .5rem; }
.item { margin: .75rem 0 1.25rem; }
.item form { margin-top: .25rem; }
.everywhere { margin-top: 1.5rem; padding-top: 1.25rem; border-top: 1px solid var(--line); }
.mark { width: 3.5rem; height: 3.5rem; margin: 0 0 1rem; border-radius: 50%; border: .3rem solid var(--soft); position: relative; }
.mark.good { border-color: var(--good); } .mark.bad { border-color: var(--bad); }
.mark::after { content: ""; position: absolute; inset: 0; margin: auto; width: .35rem; height: 1.4rem; background: var(--soft); border-radius: 1rem; }
.mark.good::after { width: .8rem; height: 1.5rem; background: none; border: solid var(--good); border-width: 0 .35rem .35rem 0; border-radius: 0; transform: translateY(-.15rem) rotate(45deg); }
.mark.bad::after { background: var(--bad); }
@media (max-width: 34rem) { main { margin: 0; min-height: 100vh; border: 0; border-radius: 0; padding: 1.25rem; } }
@media (min-width: 110rem) { html { font-size: 150%; } }
`;

export const keySvg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 128 128"><rect width="128" height="128" rx="30" fill="#14635c"/><g fill="none" stroke="#fff" stroke-width="12" stroke-linecap="round" stroke-linejoin="round"><circle cx="46" cy="82" r="21"/><path d="M61 67 98 30M84 44l14 14"/></g></svg>`;
