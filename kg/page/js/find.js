// Search by any name: both languages, other names, codes, pinyin. Accents and case do not matter.

const FOLDED = { ø: "o", ł: "l", đ: "d", ı: "i", ß: "ss", æ: "ae", œ: "oe", þ: "th", ð: "d" };

function fold(text) {
  const plain = text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  return plain
    .replace(/[øłđıßæœþð]/g, (letter) => FOLDED[letter])
    .replace(/['’.]/g, "")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

// A Chinese name in pinyin, a syllable a word: "yue nan". "" where there is none.
function spelled(text, readings) {
  const words = [...text].map((letter) => readings[letter] ?? (/\s/.test(letter) ? " " : letter));
  return /[\u3400-\u9fff]/.test(text) ? fold(words.join(" ")) : "";
}

// What a thing is found by: each name folded, once; pinyin also without its spaces.
function searchKeys(names, readings) {
  const spellings = names.map((name) => spelled(name, readings)).filter((text) => text);
  const joined = spellings.map((text) => text.replaceAll(" ", ""));
  return [...new Set([...names.map(fold), ...spellings, ...joined])].filter((key) => key);
}

// 0: the name itself; 1: its beginning; 2: the beginning of a word; 3: a part; 9: not at all.
function closeness(keys, wanted) {
  let best = 9;
  for (const key of keys) {
    const at = key.indexOf(wanted);
    if (at < 0) continue;
    const score = at === 0 ? (key === wanted ? 0 : 1) : ` ${key}`.includes(` ${wanted}`) ? 2 : 3;
    if (score < best) best = score;
  }
  return best;
}

// The things that a text may mean, the likeliest first; `keysOf` and `weightOf` are asked of each.
function searched(things, text, keysOf, weightOf, most = 12) {
  const wanted = fold(text);
  if (!wanted) return [];
  const scored = [];
  for (const thing of things) {
    const score = closeness(keysOf(thing), wanted);
    if (score < 9) scored.push([score, weightOf(thing), thing]);
  }
  scored.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
  return scored.slice(0, most).map((row) => row[2]);
}
