/* Tools on the map: distances, printing, and the state that stands in the address. */
(function (phusong) {
  "use strict";
  var ICONS = {
    measure: '<path d="M2 13 13 2l3 3L5 16zM5 10l2 2M8 7l2 2M11 4l2 2"/>',
    print: '<path d="M5 7V2h8v5M5 13H2V7h14v6h-3M5 11h8v5H5z"/>'
  };

  function button(name, words) {
    var made = document.createElement("button");
    made.type = "button";
    made.className = "phusong-tool";
    phusong.follow(function () { phusong.name(made, words); });
    made.innerHTML = '<svg viewBox="0 0 18 18" width="18" height="18" fill="none" ' +
      'stroke="currentColor" stroke-width="1.6" aria-hidden="true">' + ICONS[name] + "</svg>";
    return made;
  }

  function tools(map, words) {
    var control = L.control({ position: "topleft" });
    control.onAdd = function () {
      var box = L.DomUtil.create("div", "leaflet-bar phusong-tools");
      var measuring = button("measure", words.measure);
      var printing = button("print", words.print);
      box.append(measuring, printing);
      L.DomEvent.disableClickPropagation(box);
      printing.addEventListener("click", function () { window.print(); });
      measure(map, measuring);
      return box;
    };
    control.addTo(map);
  }

  function shown(metres) {
    return metres < 1000 ? Math.round(metres) + " m" : phusong.number(metres / 1000, 2) + " km";
  }

  /* Each click adds a corner; the button or Escape ends it. While it lasts nothing is asked. */
  function measure(map, toggle) {
    var container = map.getContainer();
    var line = null;
    var box = L.DomUtil.create("div", "phusong-length", container);
    box.setAttribute("role", "status");
    box.hidden = true;

    var metres = 0;

    function tell() { box.textContent = shown(metres); }
    document.addEventListener("phusong-language", tell);

    function add(place) {
      line.addLatLng(place);
      L.circleMarker(place, { pane: "phusong-line", radius: 3, color: "#17242f", fillOpacity: 1,
                              interactive: false }).addTo(line.corners);
      var corners = line.getLatLngs();
      metres = corners.slice(1).reduce(function (sum, corner, i) {
        return sum + phusong.distance(corners[i], corner);
      }, 0);
      tell();
    }
    function clicked(event) { add(event.latlng); }

    function turn(on) {
      phusong.busy = on;
      toggle.setAttribute("aria-pressed", String(on));
      container.classList.toggle("phusong-measuring", on);
      box.hidden = !on;
      if (on) {
        map.closePopup();
        metres = 0;
        tell();
        line = L.polyline([], { pane: "phusong-line", color: "#17242f", weight: 3,
                                dashArray: "7 6", interactive: false }).addTo(map);
        line.corners = L.layerGroup().addTo(map);
        map.on("click", clicked);
      } else if (line) {
        map.off("click", clicked);
        line.corners.remove();
        line.remove();
        line = null;
      }
    }
    turn(false);
    toggle.addEventListener("click", function () { turn(!phusong.busy); });
    document.addEventListener("keydown", function (event) {
      if (event.key === "Escape" && phusong.busy) { turn(false); }
      if (event.key === "Enter" && phusong.busy && event.target === container) {
        add(map.getCenter());
      }
    });
  }

  /* View and layers in the address, so that it can be kept or sent beside the file. A frame
     inside another page has no address of its own. */
  function state(map, root) {
    if (window.parent !== window) { return; }
    var busy = false;

    /* What the address says beside the map's own parts, such as the reader's language. */
    function others() {
      return location.hash.slice(1).split("&").filter(function (part) {
        return part && !/^(z|c|on)=/.test(part);
      });
    }
    function boxes() { return Array.from(root.querySelectorAll("input[data-layer]")); }
    function write() {
      if (busy) { return; }
      var at = map.getCenter();
      var on = boxes().filter(function (box) { return box.checked; })
        .map(function (box) { return box.value; });
      var hash = ["#z=" + map.getZoom(), "c=" + at.lat.toFixed(5) + "," + at.lng.toFixed(5),
                  "on=" + on.join(",")].concat(others()).join("&");
      try { history.replaceState(null, "", hash); } catch (refused) { busy = true; }
    }

    function read() {
      var given = new URLSearchParams(location.hash.slice(1));
      var zoom = Number(given.get("z"));
      var at = (given.get("c") || "").split(",").map(Number);
      busy = true;
      if (given.has("on")) {
        var on = given.get("on").split(",");
        boxes().forEach(function (box) {
          var wanted = on.indexOf(box.value) >= 0 && !box.disabled;
          if (box.checked !== wanted && (wanted || box.type === "checkbox")) {
            box.checked = wanted;
            box.dispatchEvent(new Event("change", { bubbles: true }));
          }
        });
      }
      var there = at.length === 2 && at.every(Number.isFinite) && Math.abs(at[0]) <= 85 &&
        given.has("z") && Number.isFinite(zoom);
      if (there) { map.setView(at, zoom, { animate: false }); }
      busy = false;
      return there;
    }
    var there = read();
    map.on("moveend", write);
    root.addEventListener("change", write);
    window.addEventListener("hashchange", read);
    return there;
  }

  /* On paper the map has the size of the sheet, beside its title and legend, and everything that
     is folded is open, since paper has no arrows to click. */
  function forPrint(map, root) {
    var closed = [];
    var view = null;
    var words = root.querySelector(".summary");
    var place = words && words.nextElementSibling;
    window.addEventListener("beforeprint", function () {
      closed = Array.from(root.querySelectorAll("details.part:not([open]), #sheet:not([open])"));
      closed.forEach(function (part) { part.open = true; });
      if (words) { root.querySelector("#sheet").append(words); } /* the legend beside the map */
      view = [map.getCenter(), map.getZoom()];
      var bounds = map.getBounds();
      document.body.classList.add("printing");
      map.invalidateSize({ animate: false });
      map.fitBounds(bounds, { animate: false });
    });
    window.addEventListener("afterprint", function () {
      closed.forEach(function (part) { part.open = false; });
      if (words) { place.before(words); }
      document.body.classList.remove("printing");
      map.invalidateSize({ animate: false });
      if (view) { map.setView(view[0], view[1], { animate: false }); }
    });
  }

  phusong.tools = tools;
  phusong.state = state;
  phusong.forPrint = forPrint;
})(phusong);
