// Puts the code in groups while it is typed, and finds it in whatever is pasted: a link, a sentence, any case, any
// separators. The page works without it, since the broker reads codes as generously.
const field = document.querySelector('#user_code');
const letters = 'BCDFGHJKLMNPQRSTVWXZ';
const length = 8;

/** What of the text can be a code's, such as `BCDF-GH`. */
function grouped(text) {
  const kept = [...text.normalize('NFKC').toUpperCase()].filter((letter) => letters.includes(letter)).slice(0, length);
  return kept.length > 4 ? `${kept.slice(0, 4).join('')}-${kept.slice(4).join('')}` : kept.join('');
}

/** The code within a longer text: that of a link, else the first that looks like one, else all that the text has. */
function codeIn(text) {
  const plain = text.normalize('NFKC');
  const linked = /[?&]user_code=([^&#\s]+)/i.exec(plain)?.[1];
  const found = plain
    .match(/(?<![a-z])[a-z]{4}[\s\p{Pd}._]*[a-z]{4}(?![a-z])/giu)
    ?.find((candidate) => grouped(candidate).length === length + 1);
  return grouped(linked ?? found ?? plain);
}

/** How many of a code's letters the text has. */
const lettersIn = (text) => grouped(text).replace('-', '').length;

/** Shows a code. The cursor, or the selection, stays after the letters that it was after. */
function show(code, from, to = from) {
  const placeAfter = (letters) => (letters > 4 ? letters + 1 : letters);
  field.value = code;
  field.setSelectionRange(placeAfter(from), placeAfter(to));
}

/** Puts the text of the field in groups. */
function group() {
  field.classList.add('in-boxes');
  const code = codeIn(field.value);
  if (code === field.value) return;
  // A code found in a longer text was pasted whole: the cursor goes behind it.
  if (code !== grouped(field.value)) return show(code, length);
  const [from, to] = [field.selectionStart, field.selectionEnd].map((place) => lettersIn(field.value.slice(0, place)));
  show(code, from, to);
}

// The browser may apply `autofocus` after the page has loaded. A letter typed before that would be lost.
if (document.activeElement === document.body) field.focus();

// An input method may be composing the text in the field; on phones this is the rule. A new value would end the
// composition and leave its letters twice. No property tells whether one is going on, so the text waits for the next event.
const isBeingTyped = document.activeElement === field && field.value !== field.defaultValue;
if (!isBeingTyped) group();

field.addEventListener('input', (event) => {
  // An input method is still composing: its text is not there yet.
  if (!event.isComposing) group();
});
field.addEventListener('compositionend', group);
// For text that was complete before this script ran.
field.addEventListener('change', group);

field.addEventListener('paste', (event) => {
  event.preventDefault();
  const pasted = codeIn(event.clipboardData.getData('text'));
  const { selectionStart, selectionEnd, value } = field;
  // A whole code replaces what was there; a part of one goes where the cursor is.
  const isWhole = pasted.length === length + 1;
  const head = isWhole ? '' : value.slice(0, selectionStart);
  const code = grouped(head + pasted + (isWhole ? '' : value.slice(selectionEnd)));
  show(code, lettersIn(head + pasted));
});
