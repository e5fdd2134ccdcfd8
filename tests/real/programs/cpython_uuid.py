# SPDX-License-Identifier: MIT
import uuid

print(uuid.uuid1(), uuid.uuid4(), uuid.uuid1())
