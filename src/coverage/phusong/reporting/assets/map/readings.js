/* Numbers that the page carries: unpacked when somebody first asks for them. */
(function (phusong) {
  "use strict";
  var NO_VALUE = 255;

  async function unpacked(plane, rows, cols) {
    var packed = Uint8Array.from(atob(plane.data), function (c) { return c.charCodeAt(0); });
    var stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
    var bytes = new Uint8Array(await new Response(stream).arrayBuffer());
    return plane.filter === "plane" ? foretold(bytes, rows, cols) : bytes;
  }

  /* Undo the differences from the median of west, north and west + north - north-west. */
  function foretold(bytes, rows, cols) {
    for (var row = 0, at = 0; row < rows; row++) {
      var west = 0;
      var corner = 0;
      for (var col = 0; col < cols; col++, at++) {
        var north = row ? bytes[at - cols] : 0;
        var low = west < north ? west : north;
        var high = west < north ? north : west;
        var guess = west + north - corner;
        if (guess < low) { guess = low; } else if (guess > high) { guess = high; }
        west = bytes[at] = (bytes[at] + guess) & 255;
        corner = north;
      }
    }
    return bytes;
  }

  /* One promise for all planes; nothing is unpacked before it is asked for. */
  function opened(id) {
    var promise = null;
    return function () {
      if (!promise) { promise = open(JSON.parse(document.getElementById(id).textContent)); }
      return promise;
    };
  }

  async function open(given) {
    var rows = given.shape[0];
    var cols = given.shape[1];
    async function planes(layer) {
      var names = Object.keys(layer).filter(function (name) { return layer[name].data; });
      var bytes = await Promise.all(names.map(function (name) {
        return unpacked(layer[name], rows, cols);
      }));
      var found = { name: layer.name, follows: layer.follows };
      names.forEach(function (name, i) { found[name] = bytes[i]; });
      return found;
    }
    var layers = await Promise.all(given.layers.map(planes));
    var near = given.near ? await unpacked(given.near, rows, cols) : null;

    /* What is known of the cell at a place: {outside}, {far}, or one entry for each operator. */
    function at(place) {
      var pixel = phusong.pixel(place.lat, place.lng, given.mesh);
      var row = pixel ? Math.floor(pixel[0]) : -1;
      var col = pixel ? Math.floor(pixel[1]) : -1;
      if (row < 0 || col < 0 || row >= rows || col >= cols) { return { outside: true }; }
      var cell = row * cols + col;
      if (near && !near[cell]) { return { far: true }; }
      return { layers: layers.map(function (_, place) { return reading(place, cell); }) };
    }

    function serverOf(layer, cell) {
      if (!layer.server) { return 0; }
      return layer.server[cell] + (layer.server_high ? 256 * layer.server_high[cell] : 0);
    }

    /* A value of its own, or that of the first later operator with the same server. */
    function value(place, what, cell) {
      var layer = layers[place];
      if (layer.follows.indexOf(what) < 0) { return layer[what] ? layer[what][cell] : NO_VALUE; }
      var server = serverOf(layer, cell);
      for (var other = place + 1; other < layers.length; other++) {
        if (serverOf(layers[other], cell) === server) { return value(other, what, cell); }
      }
      return NO_VALUE;
    }

    function reading(place, cell) {
      var layer = layers[place];
      var level = value(place, "level", cell);
      var percent = value(place, "probability", cell);
      var server = serverOf(layer, cell);
      return {
        name: layer.name,
        service: layer.classes ? layer.classes[cell] : service(percent),
        level: level === NO_VALUE ? null : -level,
        probability: percent === NO_VALUE ? null : percent,
        server: server ? given.servers[server - 1] : null
      };
    }

    /* As the study decides it: no signal, marginal, covered, or unknown. */
    function service(percent) {
      if (percent === NO_VALUE) { return NO_VALUE; }
      return percent >= given.lines[1] ? 2 : percent >= given.lines[0] ? 1 : 0;
    }
    return { at: at };
  }

  phusong.readings = opened;
})(phusong);
