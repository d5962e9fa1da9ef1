/* Asking the map: coordinates under the pointer, and what is known of the place of a click. */
(function (phusong) {
  "use strict";

  /* Coordinates of a place, one line for each system. */
  function coordinates(place, local) {
    var at = place.wrap ? place.wrap() : place;
    var lines = ["WGS 84  " + at.lat.toFixed(5) + "°, " + at.lng.toFixed(5) + "°"];
    if (local) {
      var to = phusong.projected(at.lat, at.lng, local);
      lines.push(local.name + "  N " + Math.round(to[1]) + ", E " + Math.round(to[0]) + " m");
    }
    return lines;
  }

  /* Coordinates under the pointer, or where the finger was. */
  function pointer(map, local) {
    var control = L.control({ position: "bottomleft" });
    control.onAdd = function () {
      this._box = L.DomUtil.create("div", "phusong-coordinates t");
      return this._box;
    };
    control.addTo(map);
    map.on("mousemove click", function (event) {
      control._box.textContent = coordinates(event.latlng, local).join("\n");
    });
  }

  function element(tag, className, markup) {
    var made = document.createElement(tag);
    made.className = className;
    made.innerHTML = markup;
    return made;
  }

  /* One operator at the place. Names and words are encoded already. */
  function line(reading, words) {
    var service = words.services[reading.service] || words.unknown;
    var facts = [];
    if (reading.level !== null) {
      facts.push("<b>" + String(reading.level).replace("-", "−") + " dBm</b>");
    }
    if (reading.probability !== null) { facts.push(reading.probability + " %"); }
    if (reading.server !== null) { facts.push('<span class="t">' + reading.server + "</span>"); }
    return '<li data-service="' + reading.service + '"><span class="swatch" style="' +
      service.fill + '"></span><span><strong>' + reading.name + "</strong> " + service.name +
      (facts.length ? '<span class="facts-line">' + facts.join(" · ") + "</span>" : "") +
      "</span></li>";
  }

  function told(found, words) {
    if (found.outside) { return "<p>" + words.outside + "</p>"; }
    if (found.far) { return "<p>" + words.far + "</p>"; }
    var lines = found.layers.map(function (reading) { return line(reading, words); });
    return "<ul>" + lines.join("") + '</ul><p class="order">' + words.order + "</p>";
  }

  /* Every popup says what is known of its place; a click beside all features opens one. */
  function ask(map, options) {
    var words = options.words;
    var numbers = phusong.readings("phusong-readings");

    function section(place) {
      var box = element("section", "phusong-reading", "<h2>" + words.here + "</h2>");
      var told_ = element("div", "told", "<p>…</p>");
      var where = element("p", "where t", "");
      where.textContent = coordinates(place, options.local).join("\n");
      box.append(told_, where);
      numbers().then(function (data) { told_.innerHTML = told(data.at(place), words); },
        function () { told_.innerHTML = "<p>" + words.old + "</p>"; })
        .then(function () { box.dispatchEvent(new CustomEvent("told", { bubbles: true })); });
      return box;
    }

    function open(place) {
      var holder = document.createElement("div");
      holder.append(section(place));
      L.popup({ maxWidth: 400, className: "phusong-asked" }).setLatLng(place)
        .setContent(holder).openOn(map);
    }

    /* Leaflet takes a second move for its own first one, which it stops, and gives up halfway. */
    function fitted(popup) {
      popup._updateLayout();
      popup._updatePosition();
      popup._autopanning = false;
      popup._adjustPan();
    }

    map.on("click", function (event) {
      if (!phusong.busy) { open(event.latlng); }
    });
    map.on("popupopen", function (event) {
      var node = event.popup.getElement().querySelector(".leaflet-popup-content");
      if (!node.querySelector(".phusong-reading")) {
        node.append(section(event.popup.getLatLng()));
        fitted(event.popup);
      }
    });
    map.getContainer().addEventListener("told", function () {
      var popup = map._popup;
      if (popup && popup.isOpen()) { fitted(popup); }
    });
    byKeyboard(map, open);
  }

  /* Enter asks in the middle of the window, which a cross marks once a key was used there. */
  function byKeyboard(map, open) {
    var container = map.getContainer();
    L.DomUtil.create("div", "phusong-cross", container).setAttribute("aria-hidden", "true");
    function keys(used) { container.classList.toggle("phusong-keys", used); }
    container.addEventListener("keyup", function (event) { keys(event.target === container); });
    container.addEventListener("pointerdown", function () { keys(false); });
    container.addEventListener("blur", function () { keys(false); });
    container.addEventListener("keydown", function (event) {
      if (event.key === "Enter" && event.target === container) { open(map.getCenter()); }
    });
  }

  phusong.coordinates = coordinates;
  phusong.pointer = pointer;
  phusong.ask = ask;
})(phusong);
