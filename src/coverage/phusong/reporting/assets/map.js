/* Behaviour of Phusong's maps. Text that reaches these functions is encoded already. */
"use strict";
var phusong = (function () {
  var PANES = {
    "phusong-base": 210, "phusong-coverage": 300, "phusong-veil": 350, "phusong-outline": 410,
    "phusong-area": 420, "phusong-line": 430, "phusong-point": 450, "phusong-label": 640,
    "phusong-words": 645
  };
  var SHAPES = {
    square: '<rect x="3" y="3" width="12" height="12"/>',
    triangle: '<path d="M9 2 16.5 15.5H1.5Z"/>',
    diamond: '<path d="M9 1 17 9 9 17 1 9Z"/>'
  };

  var FAR_ZOOM = 9.75;
  var ROOMY_PX = 120;
  var circles = [];
  var badges = 0;

  /* Plain text of an encoded string: for attributes, which show entities as they are. */
  function decoded(encoded) {
    var holder = document.createElement("div");
    holder.innerHTML = encoded;
    return holder.textContent;
  }

  function stage(map, options) {
    Object.keys(PANES).forEach(function (name) {
      map.createPane(name).style.zIndex = PANES[name];
    });
    ["base", "coverage", "veil", "label", "words"].forEach(function (name) {
      map.getPane("phusong-" + name).style.pointerEvents = "none";
    });
    if (options.words) { standingWords(map); }
    map.attributionControl.setPrefix(options.prefix);
    options.attributions.forEach(function (words) {
      map.attributionControl.addAttribution(words);
    });
    L.control.zoom({ zoomInTitle: "Phóng to · Zoom in", zoomOutTitle: "Thu nhỏ · Zoom out" })
      .addTo(map);
    L.control.scale({ imperial: false, maxWidth: 160 }).addTo(map);
    pointer(map);
    map.on("zoomend", function () { resize(map); });
    oneBoxEach(map);
  }

  /* Words that stand still over the whole window, under popups alone: those lie in the map's own
     stack, which nothing outside can slip between. */
  function standingWords(map) {
    var sheet = L.DomUtil.create("div", "phusong-words", map.getPane("phusong-words"));
    function follow() {
      var size = map.getSize();
      sheet.style.width = size.x + "px";
      sheet.style.height = size.y + "px";
      L.DomUtil.setPosition(sheet, map.containerPointToLayerPoint([0, 0]));
    }
    map.on("load move zoomend viewreset resize", follow);
    if (map._loaded) { follow(); }
  }

  /* What has its popup open needs no tooltip as well. */
  function oneBoxEach(map) {
    var popup = null;
    var tooltip = null;
    function settle() {
      if (popup && tooltip && popup._source === tooltip._source) { map.closeTooltip(tooltip); }
    }
    map.on("popupopen", function (event) { popup = event.popup; settle(); });
    map.on("popupclose", function () { popup = null; });
    map.on("tooltipopen", function (event) { tooltip = event.tooltip; settle(); });
  }

  /* First view: everything asked for, as large as the window allows. A frame may get its size
     only after its scripts ran, so the view follows the window until the reader moves the map. */
  function open(map, options) {
    var container = map.getContainer();
    var touched = false;
    function fit() {
      map.invalidateSize({ animate: false });
      if (!touched) {
        map.options.minZoom = 0; /* setMinZoom would move the map to it, slowly */
        map.options.minZoom = Math.max(1, map.getBoundsZoom(options.bounds) - 1);
        map.fitBounds(options.focus, { padding: [16, 16], animate: false });
      }
      resize(map);
    }
    ["pointerdown", "wheel", "keydown"].forEach(function (act) {
      container.addEventListener(act, function () { touched = true; }, { passive: true });
    });
    fit();
    map.setMaxBounds(L.latLngBounds(options.bounds).pad(0.75));
    new ResizeObserver(function () { if (container.clientHeight) { fit(); } }).observe(container);
  }

  /* Signs shrink where they would hide each other. */
  function resize(map) {
    var far = map.getZoom() < FAR_ZOOM;
    map.getContainer().classList.toggle("phusong-far", far);
    circles.forEach(function (circle) { circle.setRadius(far ? 3.5 : 5.5); });
  }

  /* Coordinates under the pointer, or where the finger was. */
  function pointer(map) {
    var control = L.control({ position: "bottomleft" });
    control.onAdd = function () {
      this._box = L.DomUtil.create("div", "phusong-coordinates");
      return this._box;
    };
    control.addTo(map);
    function tell(place) {
      var at = place.wrap();
      control._box.textContent = "WGS 84  " + at.lat.toFixed(5) + "°, " + at.lng.toFixed(5) + "°";
    }
    map.on("mousemove click", function (event) { tell(event.latlng); });
  }

  /* How outlines, areas and lines of a layer look. */
  function style(kind, categories) {
    return function (feature) {
      var category = categories[feature.properties.category];
      var look = { color: category.colour, fillColor: category.colour, weight: 1.5, opacity: 0.95 };
      if (kind === "outline") {
        look.weight = 2.25;
        look.fillOpacity = 0;
      } else if (kind === "veil") {
        look.stroke = false;
        look.interactive = false;
        look.fillOpacity = 0.72;
      } else if (kind === "area") {
        look.fillOpacity = category.hatched ? 0.9 : 0.35;
        if (category.hatched) { look.fillColor = "url(#hatch-" + category.colour.slice(1) + ")"; }
      } else if (kind === "line") {
        look.weight = 2;
      }
      return look;
    };
  }

  /* The sign of a point: a circle, a shape, or a numbered badge. */
  function marker(kind, categories) {
    return function (feature, place) {
      var category = categories[feature.properties.category];
      if (kind === "point" && category.shape === "circle") {
        var circle = L.circleMarker(place, {
          pane: "phusong-point", radius: 5.5, color: "#ffffff", weight: 1.5,
          fillColor: category.colour, fillOpacity: 1, opacity: 1
        });
        circles.push(circle);
        return circle;
      }
      var sign = kind === "rank" ? badge(feature, category) : shape(category);
      var above = kind === "rank" ? 100000 - 1000 * badges++ : 0; /* the first rank on top */
      /* With the keyboard one reaches the ranks; hundreds of stops would hide the panel. */
      var mark = L.marker(place, { icon: sign, zIndexOffset: above, riseOnHover: true,
                                   riseOffset: 200000, keyboard: kind === "rank" });
      mark.on("add", function () {
        mark.getElement().setAttribute("aria-label", decoded(feature.properties.c0));
      });
      return mark;
    };
  }

  function badge(feature, category) {
    return L.divIcon({
      className: "phusong-badge", iconSize: [26, 26],
      html: '<span style="background:' + category.colour + '">' + feature.properties.label +
            "</span>"
    });
  }

  function shape(category) {
    return L.divIcon({
      className: "phusong-sign", iconSize: [18, 18],
      html: '<svg viewBox="0 0 18 18" width="18" height="18" fill="' + category.colour +
            '" stroke="#fff" stroke-width="1.5" aria-hidden="true">' + SHAPES[category.shape] +
            "</svg>"
    });
  }

  function boxOf(element) { return element.getBoundingClientRect(); }

  /* Names inside outlines, or above or below those too small to hold one; a name that would touch
     an earlier one everywhere waits for a closer view. Ranks are avoided where there is room. */
  function labels(map, layer, names) {
    var group = L.layerGroup(names.map(function (name) {
      var mark = L.marker(name.inside, {
        pane: "phusong-label", interactive: false, keyboard: false,
        icon: L.divIcon({ className: "phusong-label", iconSize: [0, 0],
                          html: "<span>" + name.words + "</span>" })
      });
      mark.outline = name;
      return mark;
    }));
    function places(outline) {
      var top = map.latLngToContainerPoint(outline.top);
      var bottom = map.latLngToContainerPoint(outline.bottom);
      var inside = [outline.inside, ""];
      var outside = [[outline.top, "above"], [outline.bottom, "below"]];
      return bottom.y - top.y < ROOMY_PX ? outside.concat([inside]) : [inside].concat(outside);
    }
    function touches(box, others) {
      return others.some(function (other) {
        return box.left < other.right && other.left < box.right &&
               box.top < other.bottom && other.top < box.bottom;
      });
    }
    function thin() {
      var taken = [];
      var ranks = Array.from(map.getContainer().querySelectorAll(".phusong-badge span"), boxOf);
      group.eachLayer(function (mark) {
        var element = mark.getElement();
        if (!element) { return; }
        function at(place) {
          mark.setLatLng(place[0]);
          element.setAttribute("data-place", place[1]);
          return boxOf(element.firstChild);
        }
        var free = places(mark.outline).filter(function (place) {
          return !touches(at(place), taken);
        });
        element.style.visibility = free.length ? "" : "hidden";
        if (!free.length) { return; }
        var clear = free.filter(function (place) { return !touches(at(place), ranks); });
        taken.push(at(clear[0] || free[0]));
      });
    }
    function show() { group.addTo(map); thin(); }
    layer.on("add", show);
    layer.on("remove", function () { group.remove(); });
    map.on("zoomend resize", thin);
    if (map.hasLayer(layer)) { show(); }
  }

  /* Connect the panel's boxes with the layers. */
  function panel(map, layers, options) {
    var root = document.getElementById("panel");
    function refresh() {
      var chosen = root.querySelector('input[name="coverage"]:checked');
      root.querySelectorAll("[data-legend-of]").forEach(function (part) {
        var of = part.getAttribute("data-legend-of").split(" ");
        part.hidden = !chosen || of.indexOf(chosen.value) < 0;
      });
    }
    root.querySelectorAll("input[data-layer]").forEach(function (box) {
      box.addEventListener("change", function () {
        if (box.type === "radio") {
          root.querySelectorAll('input[name="coverage"]').forEach(function (other) {
            if (layers[other.value]) { layers[other.value].remove(); }
          });
        }
        var layer = layers[box.value];
        if (layer && box.checked) { layer.addTo(map); } else if (layer) { layer.remove(); }
        refresh();
      });
    });
    var slider = document.getElementById("opacity");
    if (slider) {
      var fade = function () {
        map.getPane("phusong-coverage").style.opacity = String(slider.value / 100);
      };
      slider.addEventListener("input", fade);
      fade();
    }
    unfold(map);
    forPrint(root);
    refresh();
    open(map, options);
  }

  /* On a narrow screen the panel opens on demand; on a wide one it is open, always. Asked again
     whenever the width passes the limit: a frame has none yet when its scripts run. */
  function unfold(map) {
    var sheet = document.getElementById("sheet");
    var narrow = window.matchMedia("screen and (max-width: 760px)");
    function follow() { sheet.open = !narrow.matches; }
    narrow.addEventListener("change", follow);
    sheet.querySelector("summary").addEventListener("click", function (event) {
      if (!narrow.matches) { event.preventDefault(); }
    });
    sheet.addEventListener("toggle", function () { map.invalidateSize({ pan: false }); });
    follow();
  }

  /* Paper has no arrows to click: everything is open while printing. */
  function forPrint(root) {
    var closed = [];
    window.addEventListener("beforeprint", function () {
      closed = Array.from(root.querySelectorAll("details:not([open])"));
      closed.forEach(function (part) { part.open = true; });
    });
    window.addEventListener("afterprint", function () {
      closed.forEach(function (part) { part.open = false; });
    });
  }

  return { stage: stage, style: style, marker: marker, labels: labels, panel: panel };
})();
