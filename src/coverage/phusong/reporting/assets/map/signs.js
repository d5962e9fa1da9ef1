/* How features are drawn: lines, areas, shapes and badges. */
(function (phusong) {
  "use strict";
  var SHAPES = {
    square: '<rect x="3" y="3" width="12" height="12"/>',
    triangle: '<path d="M9 2 16.5 15.5H1.5Z"/>',
    diamond: '<path d="M9 1 17 9 9 17 1 9Z"/>'
  };
  var badges = 0;

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
        phusong.circles.push(circle);
        return circle;
      }
      var sign = kind === "rank" ? badge(feature, category) : shape(category);
      var above = kind === "rank" ? 100000 - 1000 * badges++ : 0; /* the first rank on top */
      /* With the keyboard one reaches the ranks; hundreds of stops would hide the panel. */
      var mark = L.marker(place, { icon: sign, zIndexOffset: above, riseOnHover: true,
                                   riseOffset: 200000, keyboard: kind === "rank" });
      function name() {
        var sign_ = mark.getElement();
        if (!sign_) { return; }
        sign_.setAttribute("aria-label", phusong.plain(feature.properties.c0));
        if (kind !== "rank") { sign_.setAttribute("role", "img"); } /* ranks are buttons */
      }
      mark.on("add", name);
      document.addEventListener("phusong-language", name);
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

  phusong.style = style;
  phusong.marker = marker;
})(phusong);
