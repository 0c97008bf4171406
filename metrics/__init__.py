"""Pure statistics: counts and arrays in, frozen answers out. No files, clock, Streamlit or SQL."""
