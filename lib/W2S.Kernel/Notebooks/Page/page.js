// Draws every chart of the page in the reader's colours, and again when those change.
(() => {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const themed = (layout) => {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    const result = Object.assign({}, layout, { paper_bgcolor: 'rgba(0,0,0,0)', autosize: true });
    delete result.width;
    result.font = Object.assign({}, layout.font);
    if (!dark.matches) return result;
    result.plot_bgcolor = 'rgba(0,0,0,0)';
    result.font.color = colour('--ink');
    const axes = Object.keys(layout).filter((key) => /^[xy]axis\d*$/.test(key));
    for (const key of new Set([...axes, 'xaxis', 'yaxis']))
      result[key] = Object.assign({}, layout[key], {
        gridcolor: colour('--edge'), zerolinecolor: colour('--faint'), linecolor: colour('--faint'), color: colour('--ink'),
      });
    if (layout.legend) result.legend = Object.assign({}, layout.legend, { bgcolor: 'rgba(0,0,0,0)' });
    return result;
  };
  const draw = () => {
    for (const box of document.querySelectorAll('.chart')) {
      const figure = JSON.parse(box.nextElementSibling.textContent);
      Plotly.react(box, figure.data, themed(figure.layout || {}), { responsive: true, displaylogo: false });
    }
  };
  draw();
  dark.addEventListener('change', draw);
})();
