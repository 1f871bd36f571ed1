"""optviz: `streamlit run app.py` starts it."""

import streamlit as st

from optviz.web.server import lifespan, middleware, on_script_error, routes

app = st.App(
    "optviz/web/main.py",
    lifespan=lifespan,
    routes=routes,
    middleware=middleware,
    on_script_error=on_script_error,
)
