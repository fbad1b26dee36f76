"""Which tasks concern somebody who must not be contacted any more."""

from sqlalchemy import ColumnElement, and_, case, or_, select

from paldies.campaigns.words import Purpose, TaskKind
from paldies.channels.task.traits import TRAITS
from paldies.store.schema import customers, messages, orders, staff_tasks, suppressions

_IS_STEP = staff_tasks.c.kind == TaskKind.STEP.value
_OWNER, _ORDER, _MESSAGE = customers.alias("owner"), orders.alias("about"), messages.alias("asked_by")
_HAS_ORDER = staff_tasks.c.order_id.is_not(None)
_PURPOSE = case((_IS_STEP, _MESSAGE.c.purpose), else_=Purpose.SERVICE.value)

# A person who rings has both before their eyes: "no more messages at all", said about the e-mail address,
# holds for the telephone, too. What a customer asks for after that, they do want.
IS_UNWANTED: ColumnElement[bool] = (
    select(suppressions.c.id)
    .select_from(_OWNER)
    .join(_ORDER, _ORDER.c.id == staff_tasks.c.order_id, isouter=True)
    .join(_MESSAGE, _MESSAGE.c.id == staff_tasks.c.message_id, isouter=True)
    .join(
        suppressions,
        suppressions.c.address.in_(
            (
                case((_HAS_ORDER, _ORDER.c.phone), else_=_OWNER.c.phone),
                case((_HAS_ORDER, _ORDER.c.email), else_=_OWNER.c.email),
            )
        ),
    )
    .where(_OWNER.c.id == staff_tasks.c.customer_id)
    .where(suppressions.c.lifted_at.is_(None), suppressions.c.address != "")
    .where(suppressions.c.channel.in_(("", TRAITS.name)))
    .where(or_(suppressions.c.purpose == "", suppressions.c.purpose == _PURPOSE))
    .where(or_(_IS_STEP, suppressions.c.suppressed_at >= staff_tasks.c.created_at))
    .correlate(staff_tasks)
    .exists()
)
IS_TO_DO: ColumnElement[bool] = and_(staff_tasks.c.done_at.is_(None), ~IS_UNWANTED)
