/* The panel beside the map: boxes, legend, folding, printing. */
(function (phusong) {
  "use strict";
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
    refresh();
    phusong.forPrint(map, root);
    phusong.tools(map, options.said);
    phusong.search(map, root, layers);
    phusong.open(map, options);
    if (phusong.state(map, root)) { phusong.touched = true; }
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

  phusong.panel = panel;
})(phusong);
