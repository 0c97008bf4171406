"""What do the data say to a question of one's own?"""

import streamlit as st

st.caption("Soon here.")
