"""Room findings: run the analysis, and let themes and figures leave. The one room that imports analysis/."""
