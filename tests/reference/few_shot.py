"""Values of tests/reference/few_shot.json: one tiny few-shot task in plain Python floats, from the formulas alone.

Two classes, two support and two query images of each, two features. Student and teacher each have features of their own.
Run: python3 tests/reference/few_shot.py > tests/reference/few_shot.json
"""
import json
import math

# Pixels minus 128 in red, green and blue; the student's features are (red, green), the teacher's (blue, red).
SUPPORT = [[(1, 0, 5), (1, 2, 3)], [(-1, 0, -4), (-1, 0, 2)]]
QUERY = [[(0, 2, 1), (-4, 3, 4)], [(-3, 4, -6), (3, 4, -1)]]
SCALE, TEACHER_SCALE, TAU = 10.0, 7.5, 10.0


def prototypes(features):
    return [[sum(image[axis] for image in images) / len(images) for axis in (0, 1)] for images in features]


def cosine(a, b):
    return sum(x * y for x, y in zip(a, b)) / math.hypot(*a) / math.hypot(*b)


def logits(pick, scale):
    protos = prototypes([[pick(image) for image in images] for images in SUPPORT])
    return [[scale * cosine(pick(image), proto) for proto in protos] for images in QUERY for image in images]


def softmax(z, tau=1.0):
    top = max(z)
    e = [math.exp((value - top) / tau) for value in z]
    return [value / sum(e) for value in e]


def top(z):
    return z.index(max(z))


def mean(values):
    return sum(values) / len(values)


def ce(z, k):
    return -math.log(softmax(z)[k])


def kl(zs, zt):
    q, p = softmax(zt, TAU), softmax(zs, TAU)
    return TAU**2 * sum(b * math.log(b / a) for a, b in zip(p, q))


def adapt(students, teachers, labels, t, ramp):
    total = []
    for zs, zt, y in zip(students, teachers, labels):
        cs, ct = ce(zs, top(zs)), ce(zs, top(zt))
        beta = ramp * math.exp(cs / t) / (math.exp(cs / t) + math.exp(ct / t))
        total.append(ce(zs, y) + (1 - beta) * kl(zs, zt) + beta * cs)
    return mean(total)


def augment(students, teachers, labels, ramp):
    alpha = 0.5 * ramp
    return mean([ce(zs, y) + (1 - alpha) * kl(zs, zt) + alpha * ce(zs, top(zs)) for zs, zt, y in zip(students, teachers, labels)])


def all_losses(students, teachers, labels, t):
    return {
        "cross entropy": mean([ce(z, y) for z, y in zip(students, labels)]),
        "kd": mean([ce(zs, y) + kl(zs, zt) for zs, zt, y in zip(students, teachers, labels)]),
        "augconf, epoch 2 of 20": augment(students, teachers, labels, 2 / 5),
        "augconf, epoch 5 of 20": augment(students, teachers, labels, 1),
        "adaptconf, epoch 0 of 20": adapt(students, teachers, labels, t, 0),
        "adaptconf, epoch 2 of 20": adapt(students, teachers, labels, t, 2 / 5),
        "adaptconf, epoch 5 of 20": adapt(students, teachers, labels, t, 1),
    }


student, teacher = logits(lambda image: image[:2], SCALE), logits(lambda image: (image[2], image[0]), TEACHER_SCALE)
truth = [0, 0, 1, 1]
# d CE / d s = mean over queries of sum over classes of (p - y) cos.
gradient = mean([sum((p - (n == y)) * z / SCALE for n, (p, z) in enumerate(zip(softmax(zs), zs))) for zs, y in zip(student, truth)])
base_student = [[2.0, 0.5, -1.0, 0.0], [0.1, 0.2, 0.3, 0.25], [-0.5, 3.0, 1.0, 0.0]]
base_teacher = [[1.5, 1.0, 0.0, -0.5], [1.0, -1.0, 0.0, 0.5], [0.2, 0.8, 2.0, -1.0]]
print(json.dumps({
    "support": [[value + 128 for value in image] for images in SUPPORT for image in images],
    "query": [[value + 128 for value in image] for images in QUERY for image in images],
    "student logits": student,
    "teacher logits": teacher,
    "accuracy": mean([top(z) == y for z, y in zip(student, truth)]),
    "scale gradient": gradient,
    "meta stage": all_losses(student, teacher, truth, 0.25),
    "classifier stage": all_losses(base_student, base_teacher, [0, 2, 2], 8.0),
}, indent=1))
