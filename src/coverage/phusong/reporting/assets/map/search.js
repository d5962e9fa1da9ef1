/* Finding places by name, with or without Vietnamese marks. */
(function (phusong) {
  "use strict";
  var MOST = 12;
  var LONG = 60;

  /* Small letters without marks: "Dền Thàng" and "den thang" are one. */
  function folded(words) {
    return words.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐ]/g, "d")
      .toLowerCase().replace(/\s+/g, " ").trim();
  }

  /* Everything with a name: points, ranks and outlines, by the cells that its popup shows. */
  function entries(layers) {
    var found = [];
    Object.keys(layers).forEach(function (key) {
      if (key.indexOf("vector-") !== 0) { return; }
      layers[key].eachLayer(function (layer) {
        var cells = layer.feature.properties;
        if (!cells || layer.options.interactive === false) { return; }
        var words = Object.keys(cells).filter(function (name) { return /^c\d+$/.test(name); })
          .map(function (name) { return phusong.plain(cells[name]); })
          .filter(function (word) { return word && word !== "–" && word.length <= LONG; });
        found.push({ key: key, layer: layer, words: words, first: folded(words[0] || ""),
                     all: folded(words.join(" ")) });
      });
    });
    return found;
  }

  function score(entry, wanted) {
    if (entry.first === wanted) { return 0; }
    if (entry.first.indexOf(wanted) === 0) { return 1; }
    if ((" " + entry.first).indexOf(" " + wanted) >= 0) { return 2; }
    if (entry.first.indexOf(wanted) >= 0) { return 3; }
    return wanted.split(" ").every(function (w) { return entry.all.indexOf(w) >= 0; }) ? 4 : 9;
  }

  function search(map, root, layers) {
    var field = document.getElementById("search");
    var list = document.getElementById("found");
    var count = document.getElementById("found-count");
    var index = null;

    function choose(entry) {
      phusong.touched = true; /* or the view would go back when the window changes */
      var box = root.querySelector('input[value="' + entry.key + '"]');
      if (box && !box.checked) {
        box.checked = true;
        box.dispatchEvent(new Event("change", { bubbles: true }));
      }
      if (window.matchMedia("screen and (max-width: 760px)").matches) {
        document.getElementById("sheet").open = false;
        map.invalidateSize({ animate: false });
      }
      var layer = entry.layer;
      var at = layer.getLatLng ? layer.getLatLng() : layer.getBounds().getCenter();
      if (layer.getBounds) {
        map.fitBounds(layer.getBounds(), { animate: false, maxZoom: 13 });
      } else {
        map.setView(at, Math.max(map.getZoom(), 13), { animate: false });
      }
      layer.fire("click", { latlng: at }, true);
    }

    function show() {
      var wanted = folded(field.value);
      index = index || entries(layers);
      var matches = !wanted ? [] : index.map(function (entry, i) {
        return { entry: entry, order: score(entry, wanted), i: i };
      }).filter(function (m) { return m.order < 9; })
        .sort(function (a, b) { return a.order - b.order || a.i - b.i; });
      list.replaceChildren.apply(list, matches.slice(0, MOST).map(function (match) {
        var item = document.createElement("li");
        var made = document.createElement("button");
        made.type = "button";
        made.className = "t";
        made.dir = "auto";
        made.textContent = match.entry.words.slice(0, 3).join(" · ");
        made.addEventListener("click", function () { choose(match.entry); });
        item.append(made);
        return item;
      }));
      count.textContent = wanted ? String(matches.length) : "";
      return matches;
    }
    field.addEventListener("input", show);
    document.addEventListener("phusong-language", function () {
      index = null;
      show();
    });
    field.addEventListener("keydown", function (event) {
      if (event.key === "Enter") {
        event.preventDefault();
        var matches = show();
        if (matches.length) { choose(matches[0].entry); }
      } else if (event.key === "Escape") {
        field.value = "";
        show();
      }
    });
  }

  phusong.search = search;
})(phusong);
