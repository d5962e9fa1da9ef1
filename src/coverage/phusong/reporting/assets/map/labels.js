/* Names on the map. */
(function (phusong) {
  "use strict";
  var ROOMY_PX = 120;

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

  phusong.labels = labels;
})(phusong);
