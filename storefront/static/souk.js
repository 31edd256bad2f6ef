// Souk's only script. Every page works without it; with it, forms answer in place, suggestions come
// while typing, and dialogs keep the focus. It knows pages by data attributes:
//   form[data-add]        adds to the basket: POST, answer {count, quantity, message}
//   form[data-swap]       answers in place: its page's <main> replaces the present one; of [data-swap=ID] the focus goes there, and a second tap nowhere
//   form[data-parts]      has [data-recalc] fields that change the page's [data-part]s
//   form[data-inline]     saves a table row: POST, answer {message, moved, values, errors: {field: text}, says: {field: HTML}}
//   form[data-suggest]    search field with suggestions from that address
//   [data-auto]           a select or checkbox that sends its form when changed
//   [data-dialog=ID]      opens the dialog; [data-close] closes it
//   [data-step=±1]        button of a stepper; [data-reveal=ID] shows a password; [data-share] shares;
//                         [data-print] prints; [data-copy=ID] copies a field and says [data-done]
//   [data-drop]           an upload zone around its file field, of a photograph with [data-most=BYTES]; [data-refresh=SECONDS] on <main>
//   [data-sends=ID]       a link to another window that sends the form, too
//   details[data-menu]    closes when something else is pressed
//   [data-left=SECONDS]   counts down; form[data-send-now] is sent as the page opens
//   [data-say]            with an id: once its words (or those of the attribute) are others, they are spoken
//   [data-problem]        what is wrong with a form, until no field of it is wrong
'use strict'
{
  const $ = (selector, root = document) => root.querySelector(selector)
  const on = (type, selector, run) => document.addEventListener(type, event => {
    const target = event.target.closest?.(selector)
    if (target) run(target, event)
  })
  const json = { Accept: 'application/json' }

  // ── What changes is spoken: the words of each [data-say], by its id.
  const words = () => new Map([...document.querySelectorAll('[data-say]')].map(one => [one.id, (one.dataset.say || one.innerText).replace(/\s+/g, ' ').trim()]))
  const say = text => { if (text) $('#said').textContent = text }
  const sayNew = before => say([...words()].filter(([id, text]) => text !== before.get(id)).map(([, text]) => text).join('. '))

  // ── A page that says that something is wrong begins there, also where its address names another part of it.
  const begin = root => {
    const at = $('[autofocus]', root)
    at?.closest('details')?.setAttribute('open', '')
    at?.focus()
    if (at && document.activeElement !== at) $('main [role=alert]')?.focus() // it stands in what is not open
    return at
  }
  begin(document)

  // ── Of a row that is wider than the screen, what is chosen is on it.
  const reveal = () => {
    for (const one of document.querySelectorAll('.scrollx > [aria-current]')) {
      const middle = box => box.getBoundingClientRect().left + box.getBoundingClientRect().width / 2
      one.parentElement.scrollLeft += middle(one) - middle(one.parentElement)
    }
  }
  reveal()

  // ── What is mended is red no more, with what shares its error; whether it is right the market says.
  on('change', '[aria-invalid=true]', field => {
    if (!field.validity.valid || 'inline' in (field.form?.dataset ?? {})) return
    const [id] = field.getAttribute('aria-describedby').split(' ')
    const error = document.getElementById(id)
    error?.closest('.err')?.classList.remove('err')
    for (const one of document.querySelectorAll(`[aria-describedby~="${id}"]`)) {
      one.removeAttribute('aria-invalid')
      one.setAttribute('aria-describedby', one.getAttribute('aria-describedby').replace(id, '').trim())
      $(`[data-problem] a[href="#${one.id}"]`)?.closest('li').remove()
    }
    error?.remove()
    if (field.form && !$('[aria-invalid=true]', field.form)) $('[data-problem]', field.form)?.remove()
  })

  // ── Another language keeps what was typed: it waits in this tab for the form that the link leads to. Checkout does that
  // without the script.
  const sheets = () => [...document.querySelectorAll('main form[method=post]')].map(form => [form.getAttribute('action').replace(/^\/\w+/, ''), form])
  const kept = field => field.name && !field.disabled && !/password|file|submit/.test(field.type)
  addEventListener('input', event => { if (event.target.form) event.target.form.dataset.typed = 'yes' })
  on('click', 'a[hreflang]', link => {
    const typed = sheets().filter(([, form]) => form.dataset.typed || $('[aria-invalid], [data-problem]', form))
      .map(([action, form]) => [action, [...form.elements].filter(kept).map(field => [field.name, field.value, field.checked])])
    if (typed.length) try { sessionStorage.typed = JSON.stringify([link.href, typed]) } catch { /* it is full or forbidden */ }
  })
  try {
    const [to, typed] = JSON.parse(sessionStorage.typed ?? '[]')
    delete sessionStorage.typed
    if (to === location.href) for (const [action, values] of typed) {
      const fields = [...sheets().find(([name]) => name === action)?.[1].elements ?? []].filter(kept)
      for (const [name, value, checked] of values) {
        const at = fields.findIndex(field => field.name === name && (!/radio|checkbox/.test(field.type) || field.value === value))
        if (at < 0) continue
        const [field] = fields.splice(at, 1)
        if (/radio|checkbox/.test(field.type)) field.checked = checked
        else field.value = value
      }
    }
  } catch { /* nothing was kept */ }

  // ── Toast: one sentence, at most one link, spoken by the live region it stands in.
  const toast = (message, { bad = false, link = false } = {}) => {
    const region = $('#toasts')
    if (!region || !message) return
    const p = document.createElement('p')
    p.className = bad ? 'toast bad' : 'toast'
    p.append(Object.assign(document.createElement('span'), { textContent: message }))
    if (link) p.append(Object.assign(document.createElement('a'), { href: region.dataset.basket, textContent: region.dataset.label }))
    region.replaceChildren(p)
    setTimeout(() => p.remove(), 6000)
  }
  const first = $('#toasts .toast')
  if (first) {
    setTimeout(say, 500, first.innerText) // what a page comes with is not heard
    setTimeout(() => first.remove(), 8000)
  }

  // ── Sending a form as the browser would, with the button that was pressed.
  const send = (form, submitter, headers) => {
    const data = new URLSearchParams(new FormData(form, submitter))
    const action = submitter?.getAttribute('formaction') ?? form.getAttribute('action') ?? location.href
    const url = new URL(action, location.href)
    if (form.method === 'post') return fetch(url, { method: 'POST', body: data, headers })
    for (const [key, value] of [...data]) if (value === '') data.delete(key)
    url.search = data
    return fetch(url, { headers })
  }

  // ── Busy buttons: a form is sent once, and says that it is on its way.
  const busy = (button, yes) => {
    if (!button) return
    if (yes) button.setAttribute('aria-busy', 'true')
    else button.removeAttribute('aria-busy')
  }
  addEventListener('submit', event => {
    const { target: form, submitter } = event
    if (event.defaultPrevented || form.method !== 'post') return
    if (form.dataset.sent) return event.preventDefault()
    form.dataset.sent = 'yes'
    busy(submitter, true)
  })
  addEventListener('pageshow', () => {
    for (const form of document.forms) delete form.dataset.sent
    document.querySelectorAll('[aria-busy]').forEach(button => busy(button, false))
  })

  // ── What leads elsewhere says that it was used: the page stays open behind it.
  on('click', '[data-sends]', link => document.getElementById(link.dataset.sends).requestSubmit())

  // ── Into the basket.
  const count = n => document.querySelectorAll('[data-count]').forEach(badge => {
    badge.textContent = n || ''
    badge.classList.remove('bump')
    requestAnimationFrame(() => badge.classList.add('bump'))
  })
  on('submit', 'form[data-add]', async (form, event) => {
    event.preventDefault()
    const button = event.submitter
    if (button?.getAttribute('aria-busy')) return
    busy(button, true)
    try {
      const answer = await send(form, button, json)
      const body = await answer.json()
      if (!answer.ok) return toast(body.message, { bad: true })
      count(body.count)
      if (body.kept) fetch(body.kept, { headers: json }).then(async answer => answer.ok || toast((await answer.json()).message, { bad: true }))
      if (button?.classList.contains('plus')) {
        button.classList.add('has')
        button.firstElementChild.textContent = body.quantity
      }
      toast(body.message, { link: true })
    } catch {
      form.submit() // no connection or no JSON: as without the script
    } finally {
      busy(button, false)
    }
  })

  // ── Answers in place. Focus and scroll stay where they are: the control that was used is found again by its id.
  let turn = 0
  let here = location.pathname + location.search
  const swap = async (request, { push = false, to, still = false } = {}) => {
    const mine = ++turn
    const answer = await request
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    const main = $('main', page)
    if (!main) throw new Error('no page')
    if (mine !== turn) return // a later change has overtaken this one
    const focused = document.activeElement?.id
    const before = words()
    $('main').replaceWith(main)
    if (still) { // another button may stand there now: the second tap of two is not for it
      main.classList.add('still')
      setTimeout(() => main.classList.remove('still'), 500)
    }
    reveal()
    document.title = page.title
    const badge = $('[data-count]', page)
    if (badge) document.querySelectorAll('[data-count]').forEach(b => { b.textContent = badge.textContent })
    const said = $('#toasts .toast span', page)
    if (said) toast(said.textContent)
    if (push) history.pushState(null, '', answer.url)
    here = location.pathname + location.search
    sayNew(before)
    if (begin(main)) return
    const again = document.getElementById(focused)
    // A stepper's button that has nowhere to go any more leaves it to its field.
    for (const one of [document.getElementById(to), again, again?.parentElement.querySelector('input'), main]) {
      if (document.activeElement === document.body) one?.focus({ preventScroll: true })
    }
  }
  on('submit', 'form[data-swap]', async (form, event) => {
    event.preventDefault()
    if (form.dataset.sent) return
    form.dataset.sent = 'yes'
    try {
      const to = form.dataset.swap
      await swap(send(form, event.submitter), { push: form.method !== 'post', to, still: to !== '' })
    } catch {
      form.submit()
    } finally {
      delete form.dataset.sent
    }
  })
  addEventListener('popstate', () => { if (location.pathname + location.search !== here) location.reload() })
  on('change', '[data-auto]', field => {
    const drawer = field.closest('.facets')
    // In the open drawer of a phone only the drawer learns the new counts; its button applies them.
    if (drawer?.matches(':popover-open')) {
      return send(field.form).then(answer => answer.text()).then(text => {
        const next = $('#' + drawer.id, new DOMParser().parseFromString(text, 'text/html'))
        const focused = document.activeElement?.id
        const before = words()
        if (next) drawer.replaceChildren(...next.childNodes)
        sayNew(before)
        if (focused) document.getElementById(focused)?.focus()
      })
    }
    field.form.requestSubmit()
  })
  const refresh = Number($('main')?.dataset.refresh)
  if (refresh) setInterval(() => {
    if (!document.hidden && !$('dialog[open]')) swap(fetch(location.href)).catch(() => {})
  }, refresh * 1000)

  setInterval(() => document.querySelectorAll('[data-left]').forEach(time => {
    const left = time.dataset.left = Math.max(0, time.dataset.left - 1)
    time.textContent = Math.floor(left / 60) + ':' + String(left % 60).padStart(2, '0')
  }), 1000)
  $('form[data-send-now]')?.requestSubmit()

  // ── Parts of a page that depend on a choice: [data-recalc] asks the form's data-parts address, and each
  // [data-part] of the answer takes the place of the present one.
  on('change', '[data-recalc]', async field => {
    const url = new URL(field.form.dataset.parts, location.href)
    for (const input of field.form.querySelectorAll('[data-recalc]')) {
      if (input.type !== 'radio' || input.checked) url.searchParams.set(input.name, input.value)
    }
    const mine = ++turn
    try {
      const answer = await fetch(url)
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
      if (mine !== turn) return
      const focused = document.activeElement?.id
      const before = words()
      for (const part of document.querySelectorAll('[data-part]')) {
        const next = $(`[data-part="${part.dataset.part}"]`, page)
        if (next) part.replaceChildren(...next.cloneNode(true).childNodes) // one answer may have several places
      }
      sayNew(before)
      if (focused) document.getElementById(focused)?.focus()
    } catch { /* the form tells the price when it is sent */ }
  })

  // ── A table row saved as soon as a cell changes. Enter is a change too: the page stays where it is.
  // The answer says what its fields hold now, and what stands beside them: what is wrong, what is asked, or how it
  // was before; one that somebody else changed too is saved by sending it again. What is typed meanwhile stays, and is
  // saved next, unless the answer asks something.
  const save = async (form, row, button) => {
    if (form.dataset.sent) {
      form.dataset.again = 'yes'
      return
    }
    form.dataset.sent = 'yes'
    const sent = new Map([...form.elements].map(input => [input, input.value]))
    let next
    try {
      const answer = await send(form, button, json)
      const body = await answer.json()
      const held = document.activeElement
      const typed = [...form.elements].filter(input => sent.has(input) && input.value !== sent.get(input))
      next = answer.ok && form.dataset.again && typed.length
      for (const input of form.elements) {
        if (typed.includes(input)) continue
        const wrong = body.errors?.[input.name]
        if (wrong) input.setAttribute('aria-invalid', 'true')
        else input.removeAttribute('aria-invalid')
        input.value = body.values?.[input.name] ?? input.value
      }
      for (const [name, html] of Object.entries(body.says ?? {})) {
        const box = document.getElementById(form.elements[name]?.getAttribute('aria-describedby'))
        if (!box || !html && answer.ok && $('.did', box)) continue // how another field was before may still be put back
        const focused = box.contains(held)
        box.innerHTML = html // our own page's piece, escaped by the server
        if (focused) form.elements[name].focus()
      }
      row?.classList.toggle('dirty', typed.length > 0)
      row?.classList.toggle('saved', answer.ok)
      row?.classList.toggle('bad', !answer.ok)
      toast(answer.ok ? [body.moved, body.message].filter(Boolean).join(' ') : Object.entries(body.errors ?? {}).find(([name]) => name)?.[1] ?? body.message, { bad: !answer.ok })
    } catch {
      return form.submit()
    } finally {
      delete form.dataset.sent
      delete form.dataset.again
    }
    if (next) save(form, row)
  }
  on('submit', 'form[data-inline]', (form, event) => {
    event.preventDefault()
    const row = form.closest('tr')
    if (event.submitter?.name || row?.matches('.bad, .dirty')) save(form, row, event.submitter)
  })
  on('input', 'input', field => {
    if (field.form && 'inline' in field.form.dataset) field.closest('tr')?.classList.add('dirty')
  })
  on('change', 'input, select', field => {
    if (field.form && 'inline' in field.form.dataset) save(field.form, field.closest('tr'))
  })

  // ── Suggestions while typing: a list box under the search field, worked by arrows, Enter and Escape.
  const form = $('form[data-suggest]')
  if (form) {
    const input = $('input[type=search]', form)
    const box = Object.assign(document.createElement('div'), { className: 'sugg', id: 'suggestions', hidden: true })
    box.setAttribute('role', 'listbox')
    box.setAttribute('aria-label', input.labels[0]?.textContent ?? '')
    form.append(box)
    input.setAttribute('role', 'combobox')
    input.setAttribute('aria-autocomplete', 'list')
    input.setAttribute('aria-controls', box.id)
    let timer, abort, at = -1
    const options = () => [...box.querySelectorAll('a')]
    const show = yes => {
      box.hidden = !yes
      input.setAttribute('aria-expanded', String(yes))
      if (!yes) input.removeAttribute('aria-activedescendant')
    }
    const mark = index => {
      at = index
      options().forEach((a, i) => {
        a.classList.toggle('on', i === at)
        a.setAttribute('aria-selected', String(i === at))
        if (i === at) {
          input.setAttribute('aria-activedescendant', a.id)
          a.scrollIntoView({ block: 'nearest' })
        }
      })
    }
    const ask = async () => {
      const q = input.value.trim()
      if (q.length < 2) return show(false)
      abort?.abort()
      abort = new AbortController()
      try {
        const answer = await fetch(`${form.dataset.suggest}?q=${encodeURIComponent(q)}`, { signal: abort.signal })
        if (!answer.ok) return show(false)
        box.innerHTML = await answer.text() // our own page's fragment, escaped by the server
        options().forEach((a, i) => { a.id = 'suggestion-' + i })
        say($('[data-found]', box)?.dataset.found)
        at = -1
        show(options().length > 0 && document.activeElement === input)
      } catch { /* overtaken by the next letter */ }
    }
    show(false)
    input.addEventListener('input', () => {
      clearTimeout(timer)
      timer = setTimeout(ask, 150)
    })
    input.addEventListener('keydown', event => {
      const all = options()
      if (box.hidden || !all.length) return
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
        event.preventDefault()
        const step = event.key === 'ArrowDown' ? 1 : -1
        mark((at + step + all.length + (at < 0 && step < 0 ? 1 : 0)) % all.length)
      } else if (event.key === 'Enter' && at >= 0) {
        event.preventDefault()
        all[at].click()
      } else if (event.key === 'Escape') {
        event.preventDefault()
        show(false)
      }
    })
    input.addEventListener('blur', () => setTimeout(() => { if (!box.contains(document.activeElement)) show(false) }, 150))
  }

  // ── Steppers, from 1 to [data-max], in Western and in Arabic digits.
  const pieces = input => Number(input.value.replace(/[٠-٩۰-۹]/g, digit => digit.charCodeAt(0) & 15))
  const steps = input => {
    const group = input.closest('.qty')
    for (const button of group?.querySelectorAll('[data-step]') ?? []) {
      const next = pieces(input) + Number(button.dataset.step)
      button.disabled = next < 1 || next > Number(input.dataset.max)
    }
  }
  on('click', '[data-step]', button => {
    const input = $('input', button.closest('.qty'))
    input.value = Math.min(Number(input.dataset.max), Math.max(1, (pieces(input) || 1) + Number(button.dataset.step)))
    steps(input)
    input.dispatchEvent(new Event('change', { bubbles: true }))
  })
  on('input', '.qty input', steps)

  // ── Dialogs: modal when the script runs, opened by their address when it does not.
  on('click', '[data-dialog]', (opener, event) => {
    const dialog = document.getElementById(opener.dataset.dialog)
    if (!dialog?.showModal) return
    event.preventDefault()
    dialog.showModal()
  })
  on('click', '[data-close]', (button, event) => {
    const dialog = button.closest('dialog')
    if (!dialog?.open) return
    event.preventDefault()
    dialog.close()
  })
  on('click', 'dialog[open]', (dialog, event) => { if (event.target === dialog) dialog.close() })

  // ── A menu closes when something else is pressed, and by Escape.
  document.addEventListener('click', event => {
    for (const menu of document.querySelectorAll('[data-menu][open]')) if (!menu.contains(event.target)) menu.open = false
  })
  addEventListener('keydown', event => {
    const menu = event.key === 'Escape' && $('[data-menu][open]')
    if (!menu) return
    menu.open = false
    $('summary', menu).focus()
  })

  // ── Passwords, sharing, uploads.
  on('click', '[data-reveal]', button => {
    const input = document.getElementById(button.dataset.reveal)
    const shown = input.type === 'password'
    input.type = shown ? 'text' : 'password'
    button.setAttribute('aria-pressed', String(shown))
    button.textContent = shown ? button.dataset.hide : button.dataset.show
  })
  on('click', '[data-print]', () => print())
  for (const button of document.querySelectorAll('[data-copy]')) button.hidden = !navigator.clipboard
  on('click', '[data-copy]', async button => {
    await navigator.clipboard.writeText($('#' + button.dataset.copy).value)
    toast(button.dataset.done)
  })
  on('click', '[data-share]', (link, event) => {
    if (!navigator.share) return // its address is WhatsApp's
    event.preventDefault()
    navigator.share({ title: document.title, url: link.dataset.share || location.href }).catch(() => {})
  })
  for (const type of ['dragover', 'dragleave', 'drop']) {
    on(type, '[data-drop]', (zone, event) => {
      event.preventDefault()
      zone.classList.toggle('over', type === 'dragover')
      const input = $('input[type=file]', zone)
      if (type === 'drop' && event.dataTransfer.files.length) {
        input.files = event.dataTransfer.files
        input.dispatchEvent(new Event('change', { bubbles: true }))
      }
    })
  }
  // A photograph of a kind that is not taken (HEIC), or too large, becomes a JPEG here if the browser can read it.
  const becomeJPEG = async input => {
    const file = input.files[0]
    if (/^image\/(jpeg|png|webp)$/.test(file.type) && file.size <= input.dataset.most) return
    const photo = await createImageBitmap(file)
    const scale = Math.min(1, 2560 / Math.max(photo.width, photo.height))
    const canvas = new OffscreenCanvas(photo.width * scale, photo.height * scale)
    const paint = canvas.getContext('2d')
    paint.fillStyle = '#fff'
    paint.fillRect(0, 0, canvas.width, canvas.height)
    paint.drawImage(photo, 0, 0, canvas.width, canvas.height)
    const files = new DataTransfer()
    files.items.add(new File([await canvas.convertToBlob({ type: 'image/jpeg', quality: .9 })], 'photo.jpg', { type: 'image/jpeg' }))
    input.files = files.files
  }
  on('change', '[data-drop][data-send] input[type=file]', async input => {
    if (!input.files.length) return
    if (input.dataset.most) await becomeJPEG(input).catch(() => {}) // then it is refused with words
    input.form.requestSubmit()
  })
}
