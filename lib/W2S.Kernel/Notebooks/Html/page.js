// Draws every chart of the page in the reader's colours, and again when those change.
(() => {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const themed = (layout) => {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    const result = Object.assign({}, layout, { paper_bgcolor: 'rgba(0,0,0,0)', autosize: true });
    delete result.width;
    result.modebar = { bgcolor: 'rgba(0,0,0,0)', color: colour('--faint'), activecolor: colour('--accent') };
    result.font = Object.assign({}, layout.font, { color: colour('--ink') });
    if (!dark.matches) return result;
    // As a template where the figure says nothing; over the figure's own colour where it has one made for a light page.
    const axis = { gridcolor: colour('--edge'), zerolinecolor: colour('--edge'), linecolor: colour('--faint'), color: colour('--ink') };
    const base = layout.template || {};
    const under = Object.assign({}, base.layout);
    under.font = Object.assign({}, under.font, { color: colour('--ink') });
    for (const key of ['xaxis', 'yaxis']) under[key] = Object.assign({}, under[key], axis);
    result.template = Object.assign({}, base, { layout: under });
    result.plot_bgcolor = 'rgba(0,0,0,0)';
    for (const key of Object.keys(layout).filter((name) => /^[xy]axis\d*$/.test(name))) {
      result[key] = Object.assign({}, layout[key]);
      for (const name of Object.keys(axis)) if (name in result[key]) result[key][name] = axis[name];
    }
    if (layout.legend) result.legend = Object.assign({}, layout.legend, { bgcolor: 'rgba(0,0,0,0)' });
    return result;
  };
  const draw = () => {
    for (const box of document.querySelectorAll('.chart')) {
      const figure = JSON.parse(box.nextElementSibling.textContent);
      Plotly.react(box, figure.data, themed(figure.layout || {}), Object.assign({ displaylogo: false }, figure.config, { responsive: true }))
        .then(() => figure.frames && Plotly.addFrames(box, figure.frames));
    }
  };
  draw();
  dark.addEventListener('change', draw);
})();
