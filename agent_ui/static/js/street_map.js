// A street map from our own pieces: Leaflet moves it, this draws it.

const TILE = 256;
const FONT = "13px 'Noto Sans CJK SC', 'Noto Sans SC', 'PingFang SC', 'Microsoft YaHei', sans-serif";
const LETTER = 14;
const STEEP = 50;
const KEPT_PIECES = 300;

const AREAS = { park: "#d6ebcf", water: "#b5d8ea" };
// Class: colour of the edge (none: no edge), colour, width in pixels at zooms 10, 14 and 18.
const LINES = {
  river: ["", "#b5d8ea", [1, 3, 10]],
  foot: ["", "#c9a27c", [0.5, 1, 4]],
  service: ["#cdd3cf", "#ffffff", [0.5, 1.6, 8]],
  street: ["#bcc4bf", "#ffffff", [0.5, 2.6, 12]],
  tertiary: ["#b3bbb6", "#ffffff", [0.8, 4, 15]],
  secondary: ["#c9b56a", "#fdf3c4", [1, 4.5, 16]],
  primary: ["#c99a4a", "#fbdf9e", [1.6, 5, 18]],
  link: ["#c48d52", "#fbe0b6", [0.6, 2.6, 10]],
  trunk: ["#c07f3c", "#f9c98a", [1.8, 6, 20]],
  motorway: ["#b96a35", "#f3b077", [2, 6, 20]],
};
const RAILS = { rail: "#6a7378", subway: "#8a7fb0" };

let loading;

// Leaflet, fetched once and only where there is a map.
export function leaflet() {
  loading ??= import("/static/vendor/leaflet.js").then(() => window.L);
  return loading;
}

// Put a map into an element. Throws an Error with a sentence for the user.
export async function streetMap(element) {
  const [L, about] = await Promise.all([leaflet(), told("/map")]);
  const [south, west, north, east] = about.bounds;
  const map = L.map(element, {
    attributionControl: false,
    zoomControl: false,
    minZoom: Math.min(...about.levels),
    maxZoom: 18,
    keyboardPanDelta: 120,
  });
  L.control.attribution({ prefix: false }).addAttribution(about.attribution).addTo(map);
  L.control.zoom({ zoomInTitle: "放大", zoomOutTitle: "缩小" }).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  map.fitBounds([[south, west], [north, east]], { animate: false });
  // Names lie over what is drawn on the streets.
  const above = map.createPane("names");
  above.style.zIndex = 450;
  above.style.pointerEvents = "none";
  const piece = pieces(about);
  tiles(L, about, piece, shapesDrawn).addTo(map);
  tiles(L, about, piece, namesDrawn, { pane: "names" }).addTo(map);
  return { L, map, about };
}

async function told(address) {
  const answer = await fetch(address);
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.fault ?? "街道图暂时打不开，请稍后刷新本页。");
  return body;
}

// Fetches pieces, each once as long as it is kept.
function pieces(about) {
  const kept = new Map();
  return (level, x, y) => {
    const key = `${about.version}/${level}/${x}/${y}`;
    if (!kept.has(key)) {
      if (kept.size >= KEPT_PIECES) kept.delete(kept.keys().next().value);
      const fetched = fetch(`/map/${key}`).then((answer) => {
        if (!answer.ok) throw new Error(`map piece ${answer.status}`);
        return answer.status === 204 ? null : answer.json().then(prepared);
      });
      fetched.catch(() => kept.delete(key));
      kept.set(key, fetched);
    }
    return kept.get(key);
  };
}

function tiles(L, about, piece, draw, options = {}) {
  const Layer = L.GridLayer.extend({
    createTile({ x, y, z }, done) {
      const canvas = document.createElement("canvas");
      const dense = Math.min(2, window.devicePixelRatio || 1);
      canvas.width = canvas.height = TILE * dense;
      const level = about.levels.filter((each) => each <= z).at(-1) ?? about.levels[0];
      const deeper = z - level;
      piece(level, x >> deeper, y >> deeper)
        .then((shapes) => {
          if (shapes) {
            const mask = (1 << deeper) - 1;
            const scale = (TILE << deeper) / about.extent;
            draw(canvas.getContext("2d"), shapes, dense, scale, x & mask, y & mask, z);
          }
          done(null, canvas);
        })
        .catch((fault) => done(fault, canvas));
      return canvas;
    },
  });
  return new Layer({ tileSize: TILE, ...options });
}

// Turn the numbers of a piece into paths once; they are drawn at several zooms.
function prepared(piece) {
  const each = (shapes, trace) => Object.fromEntries(
    Object.entries(shapes).map(([kind, found]) => {
      const path = new Path2D();
      found.forEach((shape) => trace(path, shape));
      return [kind, path];
    }),
  );
  return {
    areas: each(piece.areas, (path, rings) => rings.forEach((ring) => {
      follow(path, ring);
      path.closePath();
    })),
    lines: each(piece.lines, follow),
    labels: piece.labels,
  };
}

function follow(path, numbers) {
  let [x, y] = numbers;
  path.moveTo(x, y);
  for (let i = 2; i < numbers.length; i += 2) {
    x += numbers[i];
    y += numbers[i + 1];
    path.lineTo(x, y);
  }
}

function shapesDrawn(ctx, shapes, dense, scale, column, row, zoom) {
  const unit = dense * scale;
  ctx.setTransform(unit, 0, 0, unit, -column * TILE * dense, -row * TILE * dense);
  ctx.lineJoin = ctx.lineCap = "round";
  for (const [kind, colour] of Object.entries(AREAS)) {
    if (!shapes.areas[kind]) continue;
    ctx.fillStyle = colour;
    ctx.fill(shapes.areas[kind], "evenodd");
  }
  const stroke = (path, colour, pixels, dashes = []) => {
    ctx.strokeStyle = colour;
    ctx.lineWidth = pixels / scale;
    ctx.setLineDash(dashes.map((dash) => dash / scale));
    ctx.stroke(path);
  };
  const drawn = Object.entries(LINES).filter(([kind]) => shapes.lines[kind]);
  for (const [kind, [edge, , widths]] of drawn) {
    if (edge && zoom >= 13) stroke(shapes.lines[kind], edge, wide(widths, zoom) + 2);
  }
  for (const [kind, [, colour, widths]] of drawn) {
    const dashes = kind === "foot" && zoom >= 15 ? [4, 5] : [];
    stroke(shapes.lines[kind], colour, wide(widths, zoom), dashes);
  }
  for (const [kind, colour] of Object.entries(RAILS)) {
    if (!shapes.lines[kind]) continue;
    stroke(shapes.lines[kind], colour, zoom < 14 ? 1.5 : 3);
    if (kind === "rail" && zoom >= 14) stroke(shapes.lines[kind], "#ffffff", 1.6, [9, 9]);
  }
}

function wide([far, middle, near], zoom) {
  const share = zoom < 14 ? (zoom - 10) / 4 : (zoom - 14) / 4;
  return zoom < 14 ? far + (middle - far) * Math.max(0, share) : middle + (near - middle) * share;
}

// Names reach into neighbouring tiles, which draw the same names: the halves fit together.
function namesDrawn(ctx, { labels }, dense, scale, column, row, zoom) {
  ctx.font = FONT;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.strokeStyle = "#ffffff";
  ctx.fillStyle = "#26353b";
  ctx.lineWidth = 3.5;
  for (const [text, x, y, angle, from] of labels) {
    if (from > zoom) continue;
    const turn = ((angle ?? 0) * Math.PI) / 180;
    const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
    const left = (x * scale - column * TILE) * dense;
    const top = (y * scale - row * TILE) * dense;
    if (Math.abs(angle) <= STEEP) {
      ctx.setTransform(cos * dense, sin * dense, -sin * dense, cos * dense, left, top);
      written(ctx, [[text, 0, 0]]);
      continue;
    }
    // Along a steep street the characters stand upright, one below the other.
    ctx.setTransform(dense, 0, 0, dense, left, top);
    const [down, letters] = [Math.sign(sin) * LETTER, [...text]];
    written(ctx, letters.map((letter, i) => {
      const along = (i - (letters.length - 1) / 2) * down;
      return [letter, along * cos, along * sin];
    }));
  }
}

function written(ctx, pieces) {
  pieces.forEach((piece) => ctx.strokeText(...piece));
  pieces.forEach((piece) => ctx.fillText(...piece));
}
