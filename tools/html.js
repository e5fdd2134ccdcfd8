/* SPDX-License-Identifier: MIT */
/* What a page does beyond being read: all of it is there without. */
(function () {
	"use strict";
	var each = function (list, f) {
		Array.prototype.forEach.call(list, f);
	};

	/* ---- tooltips, for pointers, touch and keys ---- */
	var tip = document.createElement("div");
	tip.className = "tooltip";
	tip.hidden = true;
	document.body.appendChild(tip);

	function place(x, y) {
		var width = document.documentElement.clientWidth;
		tip.hidden = false;
		tip.style.left = Math.max(4, Math.min(x + 12,
			width - tip.offsetWidth - 8)) + "px";
		tip.style.top = (y + window.scrollY + 18) + "px";
	}

	each(document.querySelectorAll("svg .tip"), function (g) {
		var title = g.querySelector("title");
		var text = title ? title.textContent : "";
		if (title)
			g.removeChild(title);
		g.setAttribute("aria-label", text);
		function show(event) {
			tip.textContent = text;
			place(event.clientX, event.clientY);
			g.classList.add("on");
		}
		g.addEventListener("pointermove", show);
		g.addEventListener("pointerdown", show);
		g.addEventListener("pointerleave", function () {
			tip.hidden = true;
			g.classList.remove("on");
		});
	});

	/* ---- tables that sort ---- */
	function key(row, column) {
		var cell = row.cells[column];
		var value = cell ? cell.getAttribute("data-value") : null;
		var text = value === null ? (cell ? cell.textContent : "") : value;
		var number = Number(text.replace(/[\s\u202f]/g, ""));
		return text.trim() !== "" && !isNaN(number) ? number
			: text.toLowerCase();
	}

	function compare(a, b) {
		if (typeof a !== typeof b)
			return typeof a === "number" ? -1 : 1;
		return a < b ? -1 : a > b ? 1 : 0;
	}

	each(document.querySelectorAll("table.sort"), function (table) {
		var body = table.tBodies[0];
		if (!body || body.rows.length < 2)
			return;
		each(table.tHead.rows[0].cells, function (head, column) {
			var button = document.createElement("button");
			button.type = "button";
			button.textContent = head.textContent;
			head.textContent = "";
			head.appendChild(button);
			button.addEventListener("click", function () {
				var up = head.getAttribute("aria-sort") !== "ascending";
				var rows = Array.prototype.slice.call(body.rows);
				each(table.tHead.rows[0].cells, function (other) {
					other.removeAttribute("aria-sort");
				});
				head.setAttribute("aria-sort",
					up ? "ascending" : "descending");
				rows.sort(function (a, b) {
					var order = compare(key(a, column), key(b, column));
					return up ? order : -order;
				});
				rows.forEach(function (row) {
					body.appendChild(row);
				});
			});
		});
	});

	/* ---- the flame graph: one stop of the tab key, then arrows ---- */
	function frame(button) {
		var style = button.style;
		return {
			button: button,
			x: Number(style.getPropertyValue("--x")),
			width: Number(style.getPropertyValue("--w")),
			y: Number(style.getPropertyValue("--y"))
		};
	}

	each(document.querySelectorAll(".flame"), function (flame) {
		var frames = Array.prototype.map.call(
			flame.querySelectorAll("button"), frame);
		var detail = flame.nextElementSibling;
		var here = frames[0];

		function zoom(to) {
			flame.style.setProperty("--x0", to.x);
			flame.style.setProperty("--k", 1 / to.width);
			frames.forEach(function (f) {
				var above = f.y < to.y && f.x <= to.x + 1e-6 &&
					f.x + f.width >= to.x + to.width - 1e-6;
				var beside = f.x + f.width <= to.x + 1e-6 ||
					f.x >= to.x + to.width - 1e-6;
				f.button.classList.toggle("above", above);
				f.button.hidden = !above && (beside || f.y < to.y);
			});
		}

		function go(to) {
			if (!to)
				return;
			here.button.tabIndex = -1;
			here = to;
			here.button.tabIndex = 0;
			here.button.focus();
		}

		function beside(step) {
			var row = frames.filter(function (f) {
				return f.y === here.y && !f.button.hidden;
			});
			return row[row.indexOf(here) + step];
		}

		function below(step) {
			var middle = here.x + here.width / 2, found = null;
			frames.forEach(function (f) {
				if (f.y !== here.y + step || f.button.hidden)
					return;
				if (step < 0 ? f.x <= middle && middle <= f.x + f.width
					: f.x >= here.x - 1e-6 &&
					f.x + f.width <= here.x + here.width + 1e-6 &&
					(!found || f.width > found.width))
					found = f;
			});
			return found;
		}

		frames.forEach(function (f) {
			var text = f.button.title;
			f.button.setAttribute("aria-label", text);
			function tell() {
				detail.textContent = text;
			}
			f.button.addEventListener("focus", tell);
			f.button.addEventListener("pointerenter", tell);
			f.button.addEventListener("click", function () {
				go(f);
				zoom(f);
			});
		});
		flame.addEventListener("keydown", function (event) {
			var to = {
				ArrowLeft: function () { return beside(-1); },
				ArrowRight: function () { return beside(1); },
				ArrowUp: function () { return below(-1); },
				ArrowDown: function () { return below(1); },
				Home: function () { return frames[0]; },
				Escape: function () {
					zoom(frames[0]);
					return frames[0];
				}
			}[event.key];
			if (!to)
				return;
			event.preventDefault();
			go(to());
		});
		detail.textContent = "Select a frame to enlarge it; Escape shows " +
			"all again, arrows move.";
		flame.classList.add("live");
	});
})();
