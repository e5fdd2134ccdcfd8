/* SPDX-License-Identifier: MIT */
/* Files of this directory that are in the command: made by embed.py. */
#ifndef SAMEBITS_EMBEDDED_H
#define SAMEBITS_EMBEDDED_H

extern const char embedded_html_css[];
extern const char embedded_html_js[];
extern const char embedded_plot_css[];
extern const char embedded_wandb_py[];

#endif
