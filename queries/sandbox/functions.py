"""The functions that ad-hoc SQL may call: an allow-list, of values only.

What is missing is missing on purpose: whatever reads files, settings, variables, the catalogue or
other texts of SQL (`read_*`, `glob`, `getenv`, `current_setting`, `query`, `json_serialize_sql`),
keeps or changes anything (`nextval`, `setseed`, `write_log`), waits (`sleep_ms`), calls a function
by its name in a text (`list_aggregate(x, 'name')`), or makes one huge value out of a small one.
Functions of which a large argument is the harm are bounded in `arguments.py`.
"""

OPERATORS = """
    + - * / // % ** ^ & && | || ~ << >> @ @> <@ ^@ -> ->> <=> = != < <= > >=
    ~~ !~~ ~~* !~~* ~~~ !~ like_escape not_like_escape ilike_escape not_ilike_escape
    add subtract multiply divide xor not
"""

NUMBERS = """
    abs acos acosh asin asinh atan atan2 atanh cbrt ceil ceiling cos cosh cot degrees even exp
    factorial fdiv floor fmod gamma gcd greatest greatest_common_divisor isfinite isinf isnan lcm
    least least_common_multiple lgamma ln log log10 log2 mod pi pow power radians random round
    round_even roundbankers sign signbit sin sinh sqrt tan tanh trunc bit_count hex bin to_hex
    to_binary hash
"""

TEXTS = """
    ascii bit_length char_length character_length chr concat concat_ws contains ends_with format
    formatReadableDecimalSize formatReadableSize format_bytes from_base64 from_hex base64 to_base64
    encode decode instr jaccard jaro_similarity jaro_winkler_similarity lcase left
    left_grapheme len length length_grapheme levenshtein lower lpad ltrim md5 nfc_normalize ord
    overlay position prefix printf regexp_escape regexp_extract regexp_extract_all
    regexp_full_match regexp_matches regexp_replace regexp_split_to_array repeat replace reverse
    right right_grapheme rpad rtrim sha1 sha256 split split_part starts_with str_split
    str_split_regex string_split string_split_regex string_to_array strip_accents strlen strpos
    substr substring substring_grapheme suffix translate trim ucase unhex unicode upper url_decode
    url_encode uuid gen_random_uuid
"""

MOMENTS = """
    age century current_date current_localtime current_localtimestamp current_time
    current_timestamp date date_add date_diff date_part date_sub date_trunc datediff datepart
    datesub datetrunc day dayname dayofmonth dayofweek dayofyear days_in_month decade epoch epoch_ms
    epoch_ns epoch_us era get_current_time get_current_timestamp hour isodow isoyear julian last_day
    localtime localtimestamp make_date make_time make_timestamp make_timestamp_ms make_timestamp_ns
    make_timestamptz microsecond millennium millisecond minute month monthname nanosecond
    normalized_interval now quarter second strftime strptime time_bucket timezone timezone_hour
    timezone_minute to_centuries to_days to_decades to_hours to_microseconds to_millennia
    to_milliseconds to_minutes to_months to_quarters to_seconds to_timestamp to_weeks to_years today
    transaction_timestamp try_strptime week weekday weekofyear year yearweek
"""

CHOICES = """
    coalesce if ifnull nullif switch typeof
    __between
"""

LISTS = """
    apply array_append array_apply array_cat array_concat array_contains array_distinct
    array_extract array_filter array_has array_has_all array_has_any array_indexof array_intersect
    array_length array_pop_back array_pop_front array_position array_prepend array_push_back
    array_push_front array_reduce array_reverse array_reverse_sort array_select array_slice
    array_sort array_to_string array_transform array_unique array_value array_where array_zip
    cardinality element_at filter flatten generate_series list_any_value list_append list_apply
    list_approx_count_distinct list_avg list_bit_and list_bit_or list_bit_xor list_bool_and
    list_bool_or list_cat list_concat list_contains list_count list_distinct list_element
    list_entropy list_extract list_filter list_first list_grade_up list_has list_has_all
    list_has_any list_histogram list_indexof list_intersect list_kurtosis list_kurtosis_pop
    list_last list_mad list_max list_median list_min list_mode list_pack list_position list_prepend
    list_product list_reduce list_reverse list_reverse_sort list_select list_sem list_skewness
    list_slice list_sort list_stddev_pop list_stddev_samp list_string_agg list_sum list_transform
    list_unique list_value list_var_pop list_var_samp list_where list_zip map map_concat
    map_contains map_contains_entry map_contains_value map_entries map_extract map_extract_value
    map_from_entries map_keys map_values range reduce row struct_concat struct_contains
    struct_extract struct_extract_at struct_has struct_insert struct_keys struct_pack
    struct_position struct_update struct_values unnest unpivot_list
"""

JSON = """
    array_to_json json json_array json_array_length json_contains json_exists json_extract
    json_extract_path json_extract_path_text json_extract_string json_group_array json_group_object
    json_keys json_object json_pretty json_quote json_strip_nulls json_structure json_type
    json_valid json_value row_to_json to_json
"""

AGGREGATES = """
    any_value approx_count_distinct approx_quantile approx_top_k arbitrary arg_max arg_max_null
    arg_min arg_min_null argmax argmin array_agg avg bit_and bit_or bit_xor bool_and bool_or corr
    count count_if count_star countif covar_pop covar_samp entropy favg first fsum geomean
    geometric_mean group_concat grouping grouping_id histogram kahan_sum kurtosis kurtosis_pop last
    list listagg mad max max_by mean median min min_by mode percentile_cont percentile_disc product
    quantile quantile_cont quantile_disc regr_avgx regr_avgy regr_count regr_intercept regr_r2
    regr_slope regr_sxx regr_sxy regr_syy sem skewness stddev stddev_pop stddev_samp string_agg sum
    sumkahan var_pop var_samp variance wavg weighted_avg
"""

WINDOWS = """
    cume_dist dense_rank fill first_value lag last_value lead nth_value ntile percent_rank rank
    rank_dense row_number
"""

OURS = """
    m_days_between m_secs_between m_add_days m_trunc_week m_trunc_month m_int_div m_quantile
    m_distinct_users
"""

_GROUPS = (OPERATORS, NUMBERS, TEXTS, MOMENTS, CHOICES, LISTS, JSON, AGGREGATES, WINDOWS, OURS)
FUNCTIONS = frozenset(name.lower() for group in _GROUPS for name in group.split())

# Functions that stand in `from`.
TABLE_FUNCTIONS = frozenset({"range", "generate_series", "unnest", "json_each"})

_TYPES = """
    bigint bool boolean bpchar char date datetime dec decimal double float float4 float8 hugeint
    int int1 int2 int4 int8 int16 int32 int64 int128 integer integral interval json long numeric
    nvarchar real short signed smallint string text time timestamp timestamp_ms timestamp_ns
    timestamp_s timestamp_us timestamptz tinyint ubigint uhugeint uint8 uint16 uint32 uint64
    uinteger usmallint utinyint uuid varchar blob bytea
    list array struct row map enum
"""
TYPES = frozenset(_TYPES.split()) | {"timestamp with time zone", "time with time zone", "timetz"}

COLLATIONS = frozenset({"nocase", "noaccent", "nfc", "binary", "c", "posix"})
