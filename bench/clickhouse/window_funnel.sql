-- How many people reach each step within seven days of the first?
--
-- The view `taken(user_id, at_us, event)` holds the events of the steps.

select level, count() as people
from (
    select
        user_id,
        windowFunnel({window_us})(
            toUInt64(at_us), event = '{step_1}', event = '{step_2}', event = '{step_3}',
            event = '{step_4}'
        ) as level
    from taken
    group by user_id
)
group by level
order by level
